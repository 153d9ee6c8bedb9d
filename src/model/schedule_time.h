#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"

namespace syncline::model {

// A local time of day. In a gap of daylight saving it fires at the first valid instant after the
// gap; in an overlap once, at the first occurrence (the rules of Vixie cron).
struct DailyTiming {
  std::chrono::seconds time_of_day{0};
  std::string time_zone = "UTC";  // IANA name
};

// Every so often, counted in UTC from `anchor`, which itself is not a tick.
struct IntervalTiming {
  std::chrono::seconds every{0};
  base::Time anchor;

  static constexpr std::chrono::seconds kEveryMin = std::chrono::minutes(1);
  static constexpr std::chrono::seconds kEveryMax = std::chrono::hours(24 * 366);
};

using ScheduleTiming = std::variant<DailyTiming, IntervalTiming>;

// "HH:MM" or "HH:MM:SS", 00:00 to 23:59:59. INVALID_ARGUMENT.
absl::StatusOr<std::chrono::seconds> ParseTimeOfDay(std::string_view text);

// INVALID_ARGUMENT for a zone that the machine's time zone data does not have.
absl::Status CheckTimeZone(std::string_view name);

// The first tick after `after`. INVALID_ARGUMENT for an unknown zone or an interval out of range.
absl::StatusOr<base::Time> NextFireTime(const ScheduleTiming& timing, base::Time after);

// The newest tick that is not later than `now`; for an interval whose first tick is yet to come,
// its anchor. Errors as NextFireTime.
absl::StatusOr<base::Time> LatestFireTime(const ScheduleTiming& timing, base::Time now);

}  // namespace syncline::model
