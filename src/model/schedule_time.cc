#include "model/schedule_time.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/status.h"

namespace syncline::model {
namespace {

using std::chrono::seconds;

// Zone names reach the file system (zoneinfo): no absolute path, no "..", no odd characters.
bool IsZoneName(std::string_view name) {
  constexpr std::size_t kLengthMax = 64;
  if (name.empty() || name.size() > kLengthMax || name.front() == '/' || name == "localtime")
    return false;
  return std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '/' || c == '-' || c == '+';
  });
}

absl::StatusOr<absl::TimeZone> LoadZone(std::string_view name) {
  absl::TimeZone zone;
  if (!IsZoneName(name) || !absl::LoadTimeZone(std::string(name), &zone)) {
    return base::Error(base::Reason::kInvalidArgument,
                       fmt::format("\"{}\" is not a known time zone; use an IANA name such as "
                                   "\"Europe/Vienna\"",
                                   name));
  }
  return zone;
}

// The two digits at `at`, or nullopt.
std::optional<int> TwoDigits(std::string_view text, std::size_t at, int max) {
  if (at + 2 > text.size()) return std::nullopt;
  const char tens = text[at];
  const char ones = text[at + 1];
  if (tens < '0' || tens > '9' || ones < '0' || ones > '9') return std::nullopt;
  const int value = (tens - '0') * 10 + (ones - '0');
  return value <= max ? std::optional(value) : std::nullopt;
}

base::Time FireTimeOn(absl::CivilDay day, seconds time_of_day, absl::TimeZone zone) {
  const absl::CivilSecond civil = absl::CivilSecond(day) + time_of_day.count();
  const absl::TimeZone::TimeInfo info = zone.At(civil);
  // `pre` of a repeated time is its first occurrence; `trans` of a skipped one is the gap's end.
  return absl::ToChronoTime(info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre);
}

absl::CivilDay DayOf(base::Time time, absl::TimeZone zone) {
  return absl::ToCivilDay(absl::FromChrono(time), zone);
}

absl::StatusOr<base::Time> NextDaily(const DailyTiming& timing, base::Time after) {
  SYNCLINE_ASSIGN_OR_RETURN(const absl::TimeZone zone, LoadZone(timing.time_zone));
  // From the day before, whose tick a gap at midnight moves past `after`.
  absl::CivilDay day = DayOf(after, zone) - 1;
  while (true) {
    const base::Time tick = FireTimeOn(day, timing.time_of_day, zone);
    if (tick > after) return tick;
    ++day;
  }
}

absl::StatusOr<base::Time> LatestDaily(const DailyTiming& timing, base::Time now) {
  SYNCLINE_ASSIGN_OR_RETURN(const absl::TimeZone zone, LoadZone(timing.time_zone));
  absl::CivilDay day = DayOf(now, zone) + 1;
  while (true) {
    const base::Time tick = FireTimeOn(day, timing.time_of_day, zone);
    if (tick <= now) return tick;
    --day;
  }
}

// Ticks of the interval up to `time`, at least 0.
absl::StatusOr<std::int64_t> TicksUntil(const IntervalTiming& timing, base::Time time) {
  if (timing.every < IntervalTiming::kEveryMin || timing.every > IntervalTiming::kEveryMax) {
    return base::Error(base::Reason::kInvalidArgument, "an interval must be 1 minute to 366 days");
  }
  if (time <= timing.anchor) return 0;
  return (time - timing.anchor) / timing.every;
}

}  // namespace

absl::StatusOr<seconds> ParseTimeOfDay(std::string_view text) {
  const std::optional<int> hour = TwoDigits(text, 0, 23);
  const std::optional<int> minute = TwoDigits(text, 3, 59);
  const std::optional<int> second = text.size() == 5 ? std::optional(0) : TwoDigits(text, 6, 59);
  const bool shape = (text.size() == 5 && text[2] == ':') ||
                     (text.size() == 8 && text[2] == ':' && text[5] == ':');
  if (!shape || !hour || !minute || !second) {
    return base::Error(base::Reason::kInvalidArgument,
                       fmt::format("\"{}\" is not a time of day; write \"HH:MM\" or \"HH:MM:SS\", "
                                   "00:00 to 23:59:59",
                                   text.substr(0, 40)));
  }
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + seconds(*second);
}

absl::Status CheckTimeZone(std::string_view name) { return LoadZone(name).status(); }

absl::StatusOr<base::Time> NextFireTime(const ScheduleTiming& timing, base::Time after) {
  if (const auto* daily = std::get_if<DailyTiming>(&timing)) return NextDaily(*daily, after);
  const auto& interval = std::get<IntervalTiming>(timing);
  SYNCLINE_ASSIGN_OR_RETURN(const std::int64_t ticks, TicksUntil(interval, after));
  return interval.anchor + interval.every * (ticks + 1);
}

absl::StatusOr<base::Time> LatestFireTime(const ScheduleTiming& timing, base::Time now) {
  if (const auto* daily = std::get_if<DailyTiming>(&timing)) return LatestDaily(*daily, now);
  const auto& interval = std::get<IntervalTiming>(timing);
  SYNCLINE_ASSIGN_OR_RETURN(const std::int64_t ticks, TicksUntil(interval, now));
  return interval.anchor + interval.every * ticks;
}

}  // namespace syncline::model
