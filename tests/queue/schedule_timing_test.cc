#include "queue/schedule_timing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status.h"

namespace syncline::queue {
namespace {

TEST(ScheduleTimingTest, ReadsBothKinds) {
  v1::Schedule daily;
  daily.set_daily("02:30");
  daily.set_time_zone("Europe/Vienna");
  const auto timing = TimingOf(daily, {});
  ASSERT_TRUE(timing.ok()) << timing.status().ToString();
  EXPECT_EQ(std::get<model::DailyTiming>(*timing).time_zone, "Europe/Vienna");
  EXPECT_EQ(std::get<model::DailyTiming>(*timing).time_of_day, std::chrono::minutes(150));

  v1::Schedule every;
  every.mutable_every()->set_seconds(3'600);
  const base::Time create_time{std::chrono::seconds(1'000)};
  const auto interval = TimingOf(every, create_time);
  ASSERT_TRUE(interval.ok()) << interval.status().ToString();
  EXPECT_EQ(std::get<model::IntervalTiming>(*interval).every, std::chrono::hours(1));
  EXPECT_EQ(std::get<model::IntervalTiming>(*interval).anchor, create_time);
}

TEST(ScheduleTimingTest, NamesEveryWrongField) {
  const auto fields_of = [](const v1::Schedule& schedule) {
    std::vector<std::string> fields;
    for (const base::FieldViolation& violation :
         base::FieldViolationsOf(TimingOf(schedule, {}).status())) {
      fields.push_back(violation.field);
    }
    return fields;
  };
  v1::Schedule daily;
  daily.set_daily("25:00");
  daily.set_time_zone("Mars/Olympus");
  EXPECT_THAT(fields_of(daily), testing::ElementsAre("daily", "timeZone"));
  v1::Schedule every;
  every.mutable_every()->set_seconds(59);
  every.set_time_zone("UTC");
  EXPECT_THAT(fields_of(every), testing::ElementsAre("every", "timeZone"));
  every.mutable_every()->set_seconds(60);
  every.mutable_every()->set_nanos(1);
  every.clear_time_zone();
  EXPECT_THAT(fields_of(every), testing::ElementsAre("every"));
  EXPECT_THAT(fields_of({}), testing::ElementsAre("daily"));
}

}  // namespace
}  // namespace syncline::queue
