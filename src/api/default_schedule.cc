#include "api/default_schedule.h"

#include "base/hash.h"
#include "fmt/format.h"

namespace syncline::api {

v1::Schedule DefaultSchedule(const model::IntegrationName& integration) {
  constexpr std::uint64_t kMinutesOfDay = 24 * 60;
  const std::uint64_t minute = base::HashBytes(integration.ToString()).low % kMinutesOfDay;
  v1::Schedule schedule;
  schedule.set_daily(fmt::format("{:02}:{:02}", minute / 60, minute % 60));
  schedule.set_time_zone("UTC");
  return schedule;
}

}  // namespace syncline::api
