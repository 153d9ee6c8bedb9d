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

}  // namespace

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
