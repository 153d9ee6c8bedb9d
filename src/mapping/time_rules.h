#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace syncline::mapping {

// How texts and numbers of one field become instants and days: a custom format or the forms that
// vendors use, and the zone of times that carry none. Immutable, safe for concurrent use, cheap to
// copy.
class TimeRules {
 public:
  static constexpr std::size_t kFormatBytesMax = 256;
  // INVALID_ARGUMENT with the violations "time_format" and "time_zone". Empty texts: the default.
  static absl::StatusOr<TimeRules> Make(const std::string& time_format,
                                        const std::string& time_zone);

  // Microseconds since 1970 in UTC, years 1 to 9999; digits behind the microsecond are dropped.
  // RFC 3339, ISO 8601 with a blank, without seconds, without a zone, a date alone (midnight).
  std::optional<std::int64_t> ParseInstant(std::string_view text) const;
  // Days since 1970. Of a text with a time the day as it is written, whatever its zone.
  std::optional<std::int64_t> ParseDay(std::string_view text) const;
  // Unix time: seconds below 10^11, milliseconds from there to 10^14, both exact decimals.
  std::optional<std::int64_t> InstantOfNumber(std::string_view number) const;
  // The day of that instant in the zone.
  std::optional<std::int64_t> DayOfNumber(std::string_view number) const;
  bool has_format() const;

 private:
  struct Rules;
  explicit TimeRules(std::shared_ptr<const Rules> rules) : rules_(std::move(rules)) {}
  std::shared_ptr<const Rules> rules_;
};

}  // namespace syncline::mapping
