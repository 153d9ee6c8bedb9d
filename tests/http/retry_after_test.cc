#include "http/retry_after.h"

#include <gtest/gtest.h>

#include "http/backoff.h"

namespace syncline::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct RetryAfterCase {
  const char* name;
  const char* text;
  std::optional<seconds> expected;
};

// Now is 1994-11-06T08:49:07Z in this table.
class RetryAfter : public testing::TestWithParam<RetryAfterCase> {};

TEST_P(RetryAfter, IsReadOrIgnored) {
  const base::Time now = std::chrono::sys_days(std::chrono::year(1994) / 11 / 6) +
                         std::chrono::hours(8) + std::chrono::minutes(49) + seconds(7);
  EXPECT_EQ(ParseRetryAfter(GetParam().text, now), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Table, RetryAfter,
    testing::Values(
        RetryAfterCase{"Seconds", "120", seconds(120)}, RetryAfterCase{"Zero", "0", seconds(0)},
        RetryAfterCase{"Blanks", " 7 ", seconds(7)},
        RetryAfterCase{"Huge", "99999999999999999999999", kRetryAfterReadMax},
        RetryAfterCase{"ImfFixdate", "Sun, 06 Nov 1994 08:49:37 GMT", seconds(30)},
        RetryAfterCase{"Rfc850", "Sunday, 06-Nov-94 08:49:37 GMT", seconds(30)},
        RetryAfterCase{"Asctime", "Sun Nov  6 08:49:37 1994", seconds(30)},
        RetryAfterCase{"Past", "Sun, 06 Nov 1994 08:00:00 GMT", seconds(0)},
        RetryAfterCase{"FarFuture", "Sun, 06 Nov 9999 08:00:00 GMT", kRetryAfterReadMax},
        RetryAfterCase{"Negative", "-5", std::nullopt},
        RetryAfterCase{"Fraction", "1.5", std::nullopt}, RetryAfterCase{"Empty", "", std::nullopt},
        RetryAfterCase{"Word", "soon", std::nullopt},
        RetryAfterCase{"NoSuchDay", "Sun, 31 Feb 1994 08:49:37 GMT", std::nullopt},
        RetryAfterCase{"NoSuchHour", "Sun, 06 Nov 1994 25:49:37 GMT", std::nullopt},
        RetryAfterCase{"OtherZone", "Sun, 06 Nov 1994 08:49:37 CET", std::nullopt},
        RetryAfterCase{"NoSuchMonth", "Sun, 06 Nov_ 1994 08:49:37 GMT", std::nullopt}),
    [](const auto& test) { return test.param.name; });

TEST(Backoff, DoublesUpToTheBoundWithFullJitter) {
  const Backoff backoff{.base = milliseconds(2000), .max = milliseconds(10'000)};
  EXPECT_EQ(DelayAfter(backoff, 1, std::nullopt, 0.5), milliseconds(1000));
  EXPECT_EQ(DelayAfter(backoff, 2, std::nullopt, 0.5), milliseconds(2000));
  EXPECT_EQ(DelayAfter(backoff, 3, std::nullopt, 0.5), milliseconds(4000));
  EXPECT_EQ(DelayAfter(backoff, 4, std::nullopt, 0.5), milliseconds(5000));
  EXPECT_EQ(DelayAfter(backoff, 1'000'000, std::nullopt, 0.5), milliseconds(5000));
  EXPECT_EQ(DelayAfter(backoff, 3, std::nullopt, 0.0), milliseconds(0));
}

TEST(Backoff, NeverComesBackBeforeTheHint) {
  const Backoff backoff{.base = milliseconds(2000), .max = milliseconds(10'000)};
  EXPECT_EQ(DelayAfter(backoff, 1, milliseconds(60'000), 0.9), milliseconds(60'000));
  EXPECT_EQ(DelayAfter(backoff, 4, milliseconds(1), 0.5), milliseconds(5000));
}

}  // namespace
}  // namespace syncline::http
