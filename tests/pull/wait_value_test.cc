#include "pull/wait_value.h"

#include <gtest/gtest.h>

#include "base/status.h"
#include "http/retry_after.h"

namespace syncline::pull {
namespace {

using std::chrono::milliseconds;

struct WaitCase {
  const char* name;
  const char* json;
  std::optional<milliseconds> wait;
};

class WaitValueTest : public testing::TestWithParam<WaitCase> {};

TEST_P(WaitValueTest, IsSecondsOrADate) {
  // 2026-01-01T00:00:00Z
  const base::Time now = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
  const auto document = json::Document::Parse(GetParam().json);
  const auto wait = ReadWait(expression::Value((*document)->root()), now);
  ASSERT_TRUE(wait.ok()) << base::MessageOf(wait.status());
  EXPECT_EQ(*wait, GetParam().wait);
}

INSTANTIATE_TEST_SUITE_P(
    Table, WaitValueTest,
    testing::Values(WaitCase{"Null", "null", std::nullopt},
                    WaitCase{"Seconds", "30", milliseconds(30'000)},
                    WaitCase{"Fraction", "0.25", milliseconds(250)},
                    WaitCase{"Zero", "0", milliseconds(0)},
                    WaitCase{"Text", "\"30\"", milliseconds(30'000)},
                    WaitCase{"Huge", "1e300", http::kRetryAfterReadMax},
                    WaitCase{"Iso", "\"2026-01-01T00:01:00Z\"", milliseconds(60'000)},
                    WaitCase{"IsoOffset", "\"2026-01-01T01:00:01.5+01:00\"", milliseconds(1'500)},
                    WaitCase{"Http", "\"Thu, 01 Jan 2026 00:02:00 GMT\"", milliseconds(120'000)},
                    WaitCase{"Past", "\"2025-12-31T00:00:00Z\"", milliseconds(0)},
                    WaitCase{"LongPast", "\"0001-01-01T00:00:00Z\"", milliseconds(0)},
                    WaitCase{"BeforeTheClock", "\"1600-01-01T00:00:00Z\"", milliseconds(0)},
                    WaitCase{"FarFuture", "\"9999-01-01T00:00:00Z\"", http::kRetryAfterReadMax}),
    [](const auto& test) { return test.param.name; });

TEST(WaitValueTest, IsNothingElse) {
  for (const char* json : {"-1", "\"soon\"", "\"\"", "true", "[]", "{}", "\"-5\"", "\"inf\"",
                           "\"nan\"", "\"infinite-past\"", "\"infinite-future\""}) {
    const auto document = json::Document::Parse(json);
    const auto wait = ReadWait(expression::Value((*document)->root()), base::Time());
    EXPECT_EQ(base::ReasonOf(wait.status()), base::Reason::kExpressionFailed) << json;
  }
}

}  // namespace
}  // namespace syncline::pull
