#pragma once

#include <string>

#include "http/message.h"

namespace syncline::auth {

// What an error answer of AWS says. Pure functions, safe for concurrent use.

// Its code, e.g. "AccessDeniedException": of the header X-Amzn-ErrorType, of `__type` or `code` in
// JSON, of `Code` in XML; without what services put before and behind it. "" when it names none.
std::string AwsErrorCode(const http::Response& answer);

// Whether it refuses the one who asks, and not what is asked: 401, 403, and 400 with a code that
// says so, as services do that speak JSON.
bool IsAwsRefusal(const http::Response& answer);

}  // namespace syncline::auth
