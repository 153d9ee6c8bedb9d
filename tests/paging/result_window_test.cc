#include "paging/result_window.h"

#include <gtest/gtest.h>

#include "base/status.h"

namespace syncline::paging {
namespace {

TEST(ResultWindow, IsMetWhenMoreIsDeclaredOrSoManyCame) {
  const struct {
    std::int64_t window;
    std::int64_t seen;
    std::optional<std::int64_t> total;
    bool met;
  } cases[] = {
      {0, 1'000'000, 2'000'000, false},  // no wall
      {10'000, 100, std::nullopt, false},   {10'000, 100, 10'000, false},
      {10'000, 100, 10'001, true},          {10'000, 9'999, std::nullopt, false},
      {10'000, 10'000, std::nullopt, true}, {10'000, 10'000, 10'000, true},
      {10'000, 10'050, 9'000, true},
  };
  for (const auto& [window, seen, total, met] : cases) {
    const absl::Status status = CheckResultWindow(window, seen, total);
    EXPECT_EQ(IsResultWindowExceeded(status), met) << window << " " << seen;
    EXPECT_EQ(status.ok(), !met);
  }
  EXPECT_FALSE(IsResultWindowExceeded(base::Error(base::Reason::kVendorError, "x")));
}

}  // namespace
}  // namespace syncline::paging
