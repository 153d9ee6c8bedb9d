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

}  // namespace syncline::http
