#include "pull/wait_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "absl/time/time.h"
#include "base/status.h"
#include "http/retry_after.h"

namespace syncline::pull {
namespace {

using std::chrono::milliseconds;
using Wait = std::optional<milliseconds>;

constexpr std::size_t kShownBytes = 64;

Wait ReadSeconds(std::string_view text) {
  double seconds = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, seconds);
  if (read.ec != std::errc() || read.ptr != end || !std::isfinite(seconds) || seconds < 0) {
    return std::nullopt;
  }
  const double most = std::chrono::duration<double>(http::kRetryAfterReadMax).count();
  return std::chrono::ceil<milliseconds>(std::chrono::duration<double>(std::min(seconds, most)));
}

Wait ReadDate(std::string_view text, base::Time now) {
  absl::Time time;
  std::string error;
  const bool is_date = absl::ParseTime(absl::RFC3339_full,
                                       absl::string_view(text.data(), text.size()), &time, &error);
  // "infinite-future" is a word of the library, not of vendors.
  if (!is_date || time == absl::InfiniteFuture() || time == absl::InfinitePast()) {
    return http::ParseRetryAfter(text, now);
  }
  // The library's own arithmetic, which ends at its bounds: dates that stand for "never"
  // (0001-01-01, 9999-12-31) lie outside of what the machine's clock can hold.
  const absl::Duration wait = absl::Ceil(time - absl::FromChrono(now), absl::Milliseconds(1));
  return std::clamp<milliseconds>(absl::ToChronoMilliseconds(wait), milliseconds(0),
                                  http::kRetryAfterReadMax);
}

}  // namespace

absl::StatusOr<Wait> ReadWait(const expression::Value& value, base::Time now) {
  if (value.is_null()) return Wait();
  Wait wait;
  if (value.kind() == json::Kind::kNumber || value.kind() == json::Kind::kString) {
    wait = ReadSeconds(value.text());
    if (!wait.has_value()) wait = ReadDate(value.text(), now);
  }
  if (wait.has_value()) return wait;
  return base::Error(base::Reason::kExpressionFailed,
                     fmt::format("'{}' is neither seconds nor a date to wait for.",
                                 expression::ToJson(value).substr(0, kShownBytes)));
}

}  // namespace syncline::pull
