#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "http/message.h"

namespace syncline::http {

// No Retry-After is read as longer than this; it also keeps the arithmetic from overflowing.
inline constexpr std::chrono::hours kRetryAfterReadMax{24 * 365};

// Retry-After (RFC 9110 10.2.3): seconds, or an HTTP date in any of the three forms of 5.6.7,
// relative to `now`; a date in the past is 0. nullopt when the text is neither.
std::optional<std::chrono::milliseconds> ParseRetryAfter(std::string_view text, base::Time now);

// When a budget is renewed, as RateLimit-Reset and its many kin say it: seconds from `now`, which
// may have a fraction; seconds or milliseconds since 1970, told by their size; or an HTTP date.
std::optional<std::chrono::milliseconds> ParseReset(std::string_view text, base::Time now);

// What an answer asks to wait: Retry-After, else RateLimit-Reset, else X-RateLimit-Reset; the first
// that can be read.
std::optional<std::chrono::milliseconds> WaitAskedFor(const Headers& headers, base::Time now);

}  // namespace syncline::http
