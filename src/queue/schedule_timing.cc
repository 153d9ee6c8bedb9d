#include "queue/schedule_timing.h"

#include "base/status.h"

namespace syncline::queue {
namespace {

using model::IntervalTiming;

absl::StatusOr<model::ScheduleTiming> DailyOf(const v1::Schedule& schedule) {
  base::FieldViolations violations;
  model::DailyTiming timing;
  const absl::StatusOr<std::chrono::seconds> time_of_day = model::ParseTimeOfDay(schedule.daily());
  if (time_of_day.ok()) {
    timing.time_of_day = *time_of_day;
  } else {
    violations.AddStatus("daily", time_of_day.status());
  }
  if (!schedule.time_zone().empty()) timing.time_zone = schedule.time_zone();
  violations.AddStatus("timeZone", model::CheckTimeZone(timing.time_zone));
  SYNCLINE_RETURN_IF_ERROR(violations.ToStatus());
  return timing;
}

absl::StatusOr<model::ScheduleTiming> IntervalOf(const v1::Schedule& schedule,
                                                 base::Time create_time) {
  base::FieldViolations violations;
  const IntervalTiming timing{std::chrono::seconds(schedule.every().seconds()), create_time};
  if (timing.every < IntervalTiming::kEveryMin || timing.every > IntervalTiming::kEveryMax ||
      schedule.every().nanos() != 0) {
    violations.Add("every", "must be whole seconds, from 60s to 31622400s (366 days)");
  }
  if (!schedule.time_zone().empty()) {
    violations.Add("timeZone", "belongs to `daily`; `every` is counted in UTC");
  }
  SYNCLINE_RETURN_IF_ERROR(violations.ToStatus());
  return timing;
}

}  // namespace

absl::StatusOr<model::ScheduleTiming> TimingOf(const v1::Schedule& schedule,
                                               base::Time create_time) {
  switch (schedule.timing_case()) {
    case v1::Schedule::kDaily: return DailyOf(schedule);
    case v1::Schedule::kEvery: return IntervalOf(schedule, create_time);
    case v1::Schedule::TIMING_NOT_SET: break;
  }
  return base::InvalidFields(
      {{"daily", "either `daily` or `every` is required, e.g. \"02:00\" or \"3600s\""}});
}

}  // namespace syncline::queue
