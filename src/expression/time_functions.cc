#include <cmath>
#include <optional>

#include "absl/time/time.h"
#include "base/status.h"
#include "expression/function.h"
#include "expression/number.h"
#include "fmt/format.h"

namespace syncline::expression {
namespace {

constexpr std::size_t kFormatBytesMax = 256;
constexpr std::size_t kZoneBytesMax = 64;
// Years 0001 to 9999, what RFC 3339 can write.
constexpr std::int64_t kEpochSecondsMin = -62135596800;
constexpr std::int64_t kEpochSecondsMax = 253402300799;
constexpr char kRfc3339Utc[] = "%Y-%m-%dT%H:%M:%E*SZ";

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

std::optional<absl::TimeZone> LoadZone(std::string_view name) {
  // The name becomes part of a path below the time zone database.
  const bool plain = !name.empty() && name.size() <= kZoneBytesMax && name.front() != '/' &&
                     name.find("..") == std::string_view::npos &&
                     name.find_first_not_of(
                         "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                         "0123456789_+-/") == std::string_view::npos;
  absl::TimeZone zone;
  if (!plain || !absl::LoadTimeZone(ToAbsl(name), &zone)) return std::nullopt;
  return zone;
}

absl::TimeZone ZoneOf(const Call& call) {
  // The name was checked when the expression was compiled.
  if (call.size() < 3) return absl::UTCTimeZone();
  return LoadZone(call[2].text()).value_or(absl::UTCTimeZone());
}

bool IsWritable(absl::Time time) {
  return time >= absl::FromUnixSeconds(kEpochSecondsMin) &&
         time < absl::FromUnixSeconds(kEpochSecondsMax + 1);
}

// Epoch seconds, or RFC 3339: a date with a time and an offset, or a date alone (midnight UTC).
absl::StatusOr<absl::Time> TimeOf(const Call& call, const Value& value) {
  absl::Time time;
  if (value.kind() == json::Kind::kString) {
    std::string error;
    const absl::string_view text = ToAbsl(value.text());
    if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error) &&
        !absl::ParseTime("%Y-%m-%d", text, &time, &error)) {
      return call.Fail("the text is no RFC 3339 time; parse_time() reads other forms");
    }
  } else if (const std::optional<std::int64_t> whole = ParseInteger(value.text())) {
    time = absl::FromUnixSeconds(*whole);
  } else {
    const std::optional<double> seconds = ParseDouble(value.text());
    if (!seconds.has_value()) return call.Fail("the number of seconds is too large");
    time = absl::UnixEpoch() + absl::Seconds(*seconds);
  }
  if (!IsWritable(time)) {
    return call.Fail("the time is not between the years 1 and 9999 (a number counts seconds)");
  }
  return time;
}

absl::Status CheckFormat(const Call& call) {
  if (call[1].text().size() <= kFormatBytesMax) return absl::OkStatus();
  return call.Fail(fmt::format("a format has at most {} bytes", kFormatBytesMax));
}

}  // namespace

bool IsZone(std::string_view name) { return LoadZone(name).has_value(); }

absl::StatusOr<Value> FormatTime(const Call& call) {
  SYNCLINE_RETURN_IF_ERROR(CheckFormat(call));
  SYNCLINE_ASSIGN_OR_RETURN(const absl::Time time, TimeOf(call, call[0]));
  const std::string text = absl::FormatTime(ToAbsl(call[1].text()), time, ZoneOf(call));
  if (!json::IsValidUtf8(text)) return call.Fail("the format yields no UTF-8 text");
  return call.KeepString(text);
}

absl::StatusOr<Value> ParseTime(const Call& call) {
  SYNCLINE_RETURN_IF_ERROR(CheckFormat(call));
  SYNCLINE_RETURN_IF_ERROR(call.SpendBytes(call[0].text().size()));
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(ToAbsl(call[1].text()), ToAbsl(call[0].text()), ZoneOf(call), &time,
                       &error) ||
      !IsWritable(time)) {
    return call.Fail(fmt::format("the text does not read as '{}'", call[1].text()));
  }
  return call.KeepString(absl::FormatTime(kRfc3339Utc, time, absl::UTCTimeZone()));
}

absl::StatusOr<Value> Now(const Call& call) {
  return call.KeepString(absl::FormatTime(kRfc3339Utc, absl::FromChrono(call.evaluation().now()),
                                          absl::UTCTimeZone()));
}

}  // namespace syncline::expression
