#include "model/schedule_time.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/time.h"
#include "base/status.h"

namespace syncline::model {
namespace {

base::Time At(const std::string& rfc3339) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, rfc3339, &time, &error))
      << rfc3339 << ": " << error;
  return absl::ToChronoTime(time);
}

std::string Text(base::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromChrono(time), absl::UTCTimeZone());
}

struct DailyCase {
  const char* name;
  const char* time_of_day;
  const char* zone;
  const char* after;
  std::vector<std::string> ticks;  // in UTC
};

class DailyTest : public testing::TestWithParam<DailyCase> {};

TEST_P(DailyTest, FiresInOrder) {
  const DailyCase& c = GetParam();
  const DailyTiming timing{*ParseTimeOfDay(c.time_of_day), c.zone};
  base::Time at = At(c.after);
  std::vector<std::string> ticks;
  for (std::size_t i = 0; i < c.ticks.size(); ++i) {
    const absl::StatusOr<base::Time> next = NextFireTime(timing, at);
    ASSERT_TRUE(next.ok()) << next.status().ToString();
    ASSERT_GT(*next, at);
    EXPECT_EQ(Text(*LatestFireTime(timing, *next)), Text(*next))
        << "a tick is the latest at its own instant";
    at = *next;
    ticks.push_back(Text(at));
  }
  EXPECT_THAT(ticks, testing::ElementsAreArray(c.ticks));
}

INSTANTIATE_TEST_SUITE_P(
    Zones, DailyTest,
    testing::Values(
        DailyCase{"Utc",
                  "02:00",
                  "UTC",
                  "2026-01-01T01:59:59Z",
                  {"2026-01-01T02:00:00Z", "2026-01-02T02:00:00Z"}},
        DailyCase{
            "StrictlyAfter", "02:00", "UTC", "2026-01-01T02:00:00Z", {"2026-01-02T02:00:00Z"}},
        DailyCase{"NewYorkGap",
                  "02:30",
                  "America/New_York",
                  "2026-03-07T12:00:00Z",
                  // 02:00 EST -> 03:00 EDT on March 8: fires at 03:00 EDT.
                  {"2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"}},
        DailyCase{"NewYorkOverlap",
                  "01:30",
                  "America/New_York",
                  "2026-10-31T12:00:00Z",
                  // 01:30 comes twice on November 1: the first, still EDT.
                  {"2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"}},
        DailyCase{"ViennaGap",
                  "02:00",
                  "Europe/Vienna",
                  "2026-03-28T12:00:00Z",
                  {"2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"}},
        DailyCase{"ViennaOverlap",
                  "02:15:30",
                  "Europe/Vienna",
                  "2026-10-24T12:00:00Z",
                  {"2026-10-25T00:15:30Z", "2026-10-26T01:15:30Z"}},
        DailyCase{"LordHoweHalfHourGap",
                  "02:10",
                  "Australia/Lord_Howe",
                  "2026-10-03T12:00:00Z",
                  // 02:00 +10:30 -> 02:30 +11:00 on October 4.
                  {"2026-10-03T15:30:00Z", "2026-10-04T15:10:00Z"}},
        DailyCase{"LordHoweHalfHourOverlap",
                  "01:45",
                  "Australia/Lord_Howe",
                  "2026-04-04T00:00:00Z",
                  // 02:00 +11:00 -> 01:30 +10:30 on April 5: first occurrence at +11:00.
                  {"2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"}},
        DailyCase{"GapAtMidnight",
                  "00:00",
                  "America/Sao_Paulo",
                  "2018-11-03T12:00:00Z",
                  // 00:00 -> 01:00 on November 4, 2018.
                  {"2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"}},
        DailyCase{"InsideTheMovedHour",
                  "02:30",
                  "America/New_York",
                  "2026-03-08T06:59:59Z",
                  {"2026-03-08T07:00:00Z"}}),
    [](const auto& param_info) { return param_info.param.name; });

TEST(IntervalTest, CountsInUtcFromItsAnchor) {
  const IntervalTiming timing{std::chrono::minutes(90), At("2026-03-08T06:15:00Z")};
  EXPECT_EQ(Text(*NextFireTime(timing, At("2026-03-01T00:00:00Z"))), "2026-03-08T07:45:00Z");
  EXPECT_EQ(Text(*NextFireTime(timing, At("2026-03-08T06:15:00Z"))), "2026-03-08T07:45:00Z");
  EXPECT_EQ(Text(*NextFireTime(timing, At("2026-03-08T07:45:00Z"))), "2026-03-08T09:15:00Z");
  EXPECT_EQ(Text(*LatestFireTime(timing, At("2026-03-08T09:14:59Z"))), "2026-03-08T07:45:00Z");
}

TEST(IntervalTest, RefusesWhatIsOutOfRange) {
  for (const std::chrono::seconds every : {std::chrono::seconds(59), std::chrono::seconds(0),
                                           std::chrono::seconds(std::chrono::hours(24 * 367))}) {
    EXPECT_FALSE(
        NextFireTime(IntervalTiming{every, At("2026-01-01T00:00:00Z")}, At("2026-01-02T00:00:00Z"))
            .ok())
        << every.count();
  }
}

TEST(TimeOfDayTest, Parses) {
  EXPECT_EQ(*ParseTimeOfDay("00:00"), std::chrono::seconds(0));
  EXPECT_EQ(*ParseTimeOfDay("23:59:59"), std::chrono::seconds(86'399));
  for (const char* wrong :
       {"", "2:00", "24:00", "12:60", "12:00:60", "12:00:", "12-00", "12:00 ", "aa:bb", "12:0"}) {
    EXPECT_FALSE(ParseTimeOfDay(wrong).ok()) << wrong;
  }
}

TEST(TimeZoneTest, KnowsIanaNamesOnly) {
  for (const char* right :
       {"UTC", "Europe/Vienna", "America/Argentina/Buenos_Aires", "Etc/GMT+5"}) {
    EXPECT_TRUE(CheckTimeZone(right).ok()) << right;
  }
  for (const char* wrong :
       {"", "Mars/Olympus", "/etc/passwd", "../etc/localtime", "localtime", "Europe/Vienna\n"}) {
    const absl::Status status = CheckTimeZone(wrong);
    ASSERT_FALSE(status.ok()) << wrong;
    EXPECT_EQ(base::ReasonOf(status), base::Reason::kInvalidArgument) << wrong;
  }
}

}  // namespace
}  // namespace syncline::model
