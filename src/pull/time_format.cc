#include "pull/time_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/time/time.h"
#include "base/status.h"
#include "http/date.h"
#include "mapping/decimal.h"

namespace syncline::pull {
namespace {

using mapping::TimeRules;
using std::chrono::milliseconds;

// Years 0001 to 9999, what every form can write.
constexpr milliseconds kEarliest{-62135596800'000};
constexpr milliseconds kLatest{253402300799'999};
constexpr char kIsoSeconds[] = "%E4Y-%m-%dT%H:%M:%SZ";
constexpr char kIsoMilliseconds[] = "%E4Y-%m-%dT%H:%M:%E3SZ";
constexpr char kRfc2822[] = "%a, %d %b %Y %H:%M:%S %z";
// RFC 5322 lets the day's name and the seconds be left out.
constexpr std::array<const char*, 4> kRfc2822Forms = {kRfc2822, "%d %b %Y %H:%M:%S %z",
                                                      "%a, %d %b %Y %H:%M %z", "%d %b %Y %H:%M %z"};
constexpr char kExamples[] =
    R"(iso8601, epoch, epoch_ms, rfc2822, or a strptime format such as "%Y-%m-%d %H:%M")";

std::string WriteWith(const std::string& pattern, milliseconds since_epoch) {
  return absl::FormatTime(pattern, absl::FromUnixMillis(since_epoch.count()), absl::UTCTimeZone());
}

std::optional<milliseconds> InRange(milliseconds since_epoch) {
  if (since_epoch < kEarliest || since_epoch > kLatest) return std::nullopt;
  return since_epoch;
}

// A decimal number of seconds or milliseconds, exactly; "1.7e9" is one.
std::optional<milliseconds> ParseNumber(std::string_view text, bool is_seconds) {
  mapping::Decimal decimal;
  std::string scaled;
  if (!mapping::ParseDecimal(text, &decimal)) return std::nullopt;
  decimal.exponent += is_seconds ? 3 : 0;
  if (mapping::AppendCanonical(decimal, &scaled) != mapping::DecimalProblem::kNone) {
    return std::nullopt;
  }
  const std::size_t point = scaled.find('.');
  const bool cut =
      point != std::string::npos && scaled.find_first_not_of('0', point + 1) != std::string::npos;
  mapping::Decimal whole;
  std::int64_t count = 0;
  if (!mapping::ParseDecimal(std::string_view(scaled).substr(0, point), &whole) ||
      mapping::ToInteger(whole, &count) != mapping::DecimalProblem::kNone) {
    return std::nullopt;
  }
  return InRange(milliseconds(cut && decimal.negative ? count - 1 : count));
}

}  // namespace

absl::StatusOr<TimeFormat> TimeFormat::Make(std::string_view text) {
  if (text == "epoch") return TimeFormat(Kind::kEpoch, "", {});
  if (text == "epoch_ms") return TimeFormat(Kind::kEpochMs, "", {});
  std::vector<TimeRules> readers;
  const auto add = [&](const std::string& pattern) -> absl::Status {
    SYNCLINE_ASSIGN_OR_RETURN(TimeRules rules, TimeRules::Make(pattern, ""));
    readers.push_back(std::move(rules));
    return absl::OkStatus();
  };
  if (text.empty() || text == "iso8601") {
    SYNCLINE_RETURN_IF_ERROR(add(""));
    return TimeFormat(Kind::kIso8601, kIsoSeconds, std::move(readers));
  }
  if (text == "rfc2822") {
    for (const char* const form : kRfc2822Forms) SYNCLINE_RETURN_IF_ERROR(add(form));
    return TimeFormat(Kind::kRfc2822, kRfc2822, std::move(readers));
  }
  if (text.find('%') != std::string_view::npos && add(std::string(text)).ok()) {
    return TimeFormat(Kind::kPattern, std::string(text), std::move(readers));
  }
  return base::Error(
      base::Reason::kInvalidArgument,
      fmt::format("'{}' is no format of times that yields a day: {}", text, kExamples));
}

std::optional<milliseconds> TimeFormat::Parse(std::string_view text) const {
  if (is_number()) return ParseNumber(text, kind_ == Kind::kEpoch);
  if (kind_ == Kind::kRfc2822) {  // its old zones, GMT for one
    if (const auto date = http::ParseHttpDate(text, base::Time()); date.has_value()) {
      return InRange(std::chrono::duration_cast<milliseconds>(date->time_since_epoch()));
    }
  }
  for (const TimeRules& reader : readers_) {
    const std::optional<std::int64_t> microseconds = reader.ParseInstant(text);
    if (!microseconds.has_value()) continue;
    return std::chrono::floor<milliseconds>(std::chrono::microseconds(*microseconds));
  }
  return std::nullopt;
}

std::string TimeFormat::Write(milliseconds since_epoch) const {
  const milliseconds time = std::clamp(since_epoch, kEarliest, kLatest);
  if (kind_ == Kind::kEpoch) {
    return std::to_string(std::chrono::floor<std::chrono::seconds>(time).count());
  }
  if (kind_ == Kind::kEpochMs) return std::to_string(time.count());
  const bool fine = kind_ == Kind::kIso8601 && time.count() % 1000 != 0;
  return WriteWith(fine ? kIsoMilliseconds : pattern_, time);
}

std::string TimeFormat::WriteLastBefore(milliseconds since_epoch) const {
  // Every form but this one drops what is finer than itself.
  return Write(since_epoch - (kind_ == Kind::kIso8601 ? std::chrono::seconds(1) : milliseconds(1)));
}

milliseconds TimeFormat::resolution() const {
  if (kind_ == Kind::kIso8601) return std::chrono::seconds(1);
  constexpr std::int64_t kDay = 86'400'000;
  for (const std::int64_t step : {std::int64_t{1}, std::int64_t{1'000}, std::int64_t{60'000},
                                  std::int64_t{3'600'000}, kDay, 31 * kDay}) {
    if (Write(milliseconds(step)) != Write(milliseconds(0))) return milliseconds(step);
  }
  return milliseconds(366 * kDay);
}

}  // namespace syncline::pull
