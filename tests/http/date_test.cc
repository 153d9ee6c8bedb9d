#include "http/date.h"

#include <gtest/gtest.h>

namespace syncline::http {
namespace {

TEST(HttpDate, IsReadInEachOfItsForms) {
  const base::Time now = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
  const auto expected = std::chrono::sys_days(std::chrono::year(1994) / 11 / 6) +
                        std::chrono::hours(8) + std::chrono::minutes(49) + std::chrono::seconds(37);
  for (const char* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994"}) {
    EXPECT_EQ(ParseHttpDate(text, now), expected) << text;
  }
  for (const char* text : {"", "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37 CET",
                           "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
                           "Sun, 06 Nov 19941 08:49:37 GMT"}) {
    EXPECT_EQ(ParseHttpDate(text, now), std::nullopt) << text;
  }
}

TEST(HttpDate, AYearOfTwoDigitsIsNeverMoreThanFiftyYearsAhead) {
  const base::Time now = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
  const auto year = [&](const char* text) {
    const auto time = ParseHttpDate(text, now);
    return static_cast<int>(
        std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(*time)).year());
  };
  EXPECT_EQ(year("Sunday, 06-Nov-76 08:49:37 GMT"), 2076);
  EXPECT_EQ(year("Sunday, 06-Nov-77 08:49:37 GMT"), 1977);
}

TEST(FormatHttpDate, WritesTheFormThatIsPreferred) {
  EXPECT_EQ(FormatHttpDate(base::Time(std::chrono::seconds(784111777))),
            "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(Rfc3339, IsReadOrIgnored) {
  using std::chrono::sys_days;
  const std::chrono::sys_seconds expected =
      sys_days(std::chrono::year(1994) / 11 / 6) + std::chrono::seconds(8 * 3600 + 49 * 60 + 37);
  for (const char* text :
       {"1994-11-06T08:49:37Z", "1994-11-06t08:49:37z", "1994-11-06 08:49:37Z",
        "1994-11-06T08:49:37.999Z", "1994-11-06T09:49:37+01:00", "1994-11-06T03:19:37.5-05:30"}) {
    EXPECT_EQ(ParseRfc3339(text), expected) << text;
  }
  for (const char* text :
       {"", "1994-11-06", "1994-11-06T08:49:37", "1994-13-06T08:49:37Z", "1994-02-30T08:49:37Z",
        "1994-11-06T24:49:37Z", "1994-11-06T08:49:37+1:00", "1994-11-06T08:49:37+25:00",
        "1994-11-06T08:49:37 Z", "94-11-06T08:49:37Z", "1994/11/06T08:49:37Z",
        "1994-11-06T08:49:37.", "1994-1x-06T08:49:37Z", "1994-11-06T08:49:37ZZ"}) {
    EXPECT_FALSE(ParseRfc3339(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace syncline::http
