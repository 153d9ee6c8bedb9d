#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "mapping/time_rules.h"

namespace syncline::pull {

// How a vendor writes instants: "iso8601", "epoch", "epoch_ms", "rfc2822", or a strptime format, in
// UTC unless it names a zone. Immutable, safe for concurrent use, cheap to copy.
class TimeFormat {
 public:
  // "" = "iso8601". INVALID_ARGUMENT when it could not write an instant and read its day again.
  static absl::StatusOr<TimeFormat> Make(std::string_view text);

  // nullopt for a text that is none in this format, or not in the years 1 to 9999. What is finer
  // than a millisecond is dropped, towards the past.
  std::optional<std::chrono::milliseconds> Parse(std::string_view text) const;
  // Since 1970, in UTC; instants outside the years 1 to 9999 as the nearest one inside. iso8601
  // writes milliseconds only where there are some.
  std::string Write(std::chrono::milliseconds since_epoch) const;
  // The last instant before it that the format can name, for vendors that include both ends.
  std::string WriteLastBefore(std::chrono::milliseconds since_epoch) const;
  // The finest step that the format tells apart, of 1 ms, 1 s, 1 min, 1 h, 1 d, 31 d and 366 d. Of
  // iso8601 1 s: vendors mostly leave finer ones out.
  std::chrono::milliseconds resolution() const;
  // Whether instants are numbers: epoch, epoch_ms.
  bool is_number() const { return kind_ == Kind::kEpoch || kind_ == Kind::kEpochMs; }

 private:
  enum class Kind { kIso8601, kEpoch, kEpochMs, kRfc2822, kPattern };
  TimeFormat(Kind kind, std::string pattern, std::vector<mapping::TimeRules> readers)
      : kind_(kind), pattern_(std::move(pattern)), readers_(std::move(readers)) {}

  Kind kind_;
  std::string pattern_;                      // what is written; "" for numbers
  std::vector<mapping::TimeRules> readers_;  // tried in order; none for numbers
};

}  // namespace syncline::pull
