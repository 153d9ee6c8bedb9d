#include "auth/token_life.h"

#include <gtest/gtest.h>

#include <set>

namespace syncline::auth {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(TokenLifeTest, TheMarginIsATenthButAMinuteAndNeverMoreThanHalf) {
  struct Row {
    const char* name;
    milliseconds lifetime;
    milliseconds margin;
  };
  const Row rows[] = {
      {"a tenth of a long life", seconds(36'000), seconds(3'600)},
      {"where both are alike", seconds(600), seconds(60)},
      {"a minute at least", seconds(300), seconds(60)},
      {"half of two minutes", seconds(120), seconds(60)},
      {"half of a short life", seconds(60), seconds(30)},
      {"of a moment", milliseconds(3), milliseconds(1)},
      {"of nothing", milliseconds(0), milliseconds(0)},
  };
  for (const Row& row : rows) EXPECT_EQ(TokenMargin(row.lifetime), row.margin) << row.name;
}

// A reason that is new belongs to one of the sides: whoever adds one decides here.
TEST(TokenLifeTest, OnlyTroubleOfTheProviderAndOfKeysPasses) {
  std::set<std::string_view> trouble;
  for (int i = 0; i < base::ReasonCount(); ++i) {
    const auto reason = static_cast<base::Reason>(i);
    if (IsProviderTrouble(reason)) trouble.insert(base::ReasonName(reason));
  }
  EXPECT_EQ(trouble, (std::set<std::string_view>{
                         "BODY_TRUNCATED", "KEY_UNAVAILABLE", "VENDOR_ERROR", "VENDOR_THROTTLED",
                         "VENDOR_TIMEOUT", "VENDOR_TLS", "VENDOR_UNREACHABLE"}));
}

}  // namespace
}  // namespace syncline::auth
