#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace syncline::http {

// An HTTP date in any of the three forms of RFC 9110 5.6.7; nullopt for other text. `now` decides
// the century of the form that writes two digits of the year.
std::optional<std::chrono::sys_seconds> ParseHttpDate(std::string_view text, base::Time now);

// "1994-11-06T08:49:37Z", also with a fraction, which is dropped, another offset, or a space for
// the T (RFC 3339 5.6); nullopt for other text.
std::optional<std::chrono::sys_seconds> ParseRfc3339(std::string_view text);

// "Sun, 06 Nov 1994 08:49:37 GMT".
std::string FormatHttpDate(base::Time time);

}  // namespace syncline::http
