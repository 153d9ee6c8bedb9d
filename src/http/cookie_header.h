#pragma once

#include <string_view>

#include "http/message.h"

namespace syncline::http {

// Pure functions, safe for concurrent use.

// Puts a cookie into the request's one Cookie header (RFC 6265 5.4), beside those that are there;
// one of the same name is replaced.
void SetCookie(std::string_view name, std::string_view value, http::Headers* headers);

// Whether `text` may be a cookie's value (RFC 6265 4.1.1): no white space, quote, comma, semicolon,
// backslash or control character.
bool IsCookieValue(std::string_view text);

// Whether `text` can be sent as a cookie's value although the standard may not like it: a header's
// value that does not end the cookie.
bool IsSendableCookieValue(std::string_view text);

}  // namespace syncline::http
