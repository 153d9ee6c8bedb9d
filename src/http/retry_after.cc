#include "http/retry_after.h"

#include <algorithm>
#include <charconv>

#include "http/date.h"

namespace syncline::http {
namespace {

using std::chrono::milliseconds;

std::string_view Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Larger numbers are instants since 1970, not spans: that many seconds are thirty years.
constexpr double kEpochSecondsMin = 1e9;
constexpr double kEpochMillisecondsMin = 1e12;

}  // namespace

std::optional<milliseconds> ParseReset(std::string_view text, base::Time now) {
  const std::string_view word = Trim(text);
  if (word.empty() || word.find_first_not_of("0123456789.") != std::string_view::npos) {
    return ParseRetryAfter(text, now);
  }
  double number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  const double now_seconds = std::chrono::duration<double>(now.time_since_epoch()).count();
  double seconds = number;
  if (number >= kEpochMillisecondsMin) {
    seconds = number / 1000 - now_seconds;
  } else if (number >= kEpochSecondsMin) {
    seconds = number - now_seconds;
  }
  const double most = std::chrono::duration<double>(kRetryAfterReadMax).count();
  return std::chrono::ceil<milliseconds>(
      std::chrono::duration<double>(std::clamp(seconds, 0.0, most)));
}

std::optional<milliseconds> WaitAskedFor(const Headers& headers, base::Time now) {
  if (const auto text = headers.Find("Retry-After"); text.has_value()) {
    if (const auto wait = ParseRetryAfter(*text, now); wait.has_value()) return wait;
  }
  for (const std::string_view name : {"RateLimit-Reset", "X-RateLimit-Reset"}) {
    const auto text = headers.Find(name);
    if (!text.has_value()) continue;
    if (const auto wait = ParseReset(*text, now); wait.has_value()) return wait;
  }
  return std::nullopt;
}

std::optional<milliseconds> ParseRetryAfter(std::string_view text, base::Time now) {
  const std::string_view word = Trim(text);
  if (!word.empty() && word.find_first_of(" \t") == std::string_view::npos) {
    if (word.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    const std::int64_t most = std::chrono::seconds(kRetryAfterReadMax).count();
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), seconds);
    if (error == std::errc::result_out_of_range) seconds = most;
    return std::chrono::seconds(std::min(seconds, most));
  }
  const std::optional<std::chrono::sys_seconds> time = ParseHttpDate(text, now);
  if (!time.has_value()) return std::nullopt;
  const milliseconds wait = *time - std::chrono::floor<milliseconds>(now);
  return std::clamp<milliseconds>(wait, milliseconds(0), kRetryAfterReadMax);
}

}  // namespace syncline::http
