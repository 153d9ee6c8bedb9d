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

// "Sun, 06 Nov 1994 08:49:37 GMT".
std::string FormatHttpDate(base::Time time);

}  // namespace syncline::http
