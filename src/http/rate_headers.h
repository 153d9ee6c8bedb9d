#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "http/message.h"

namespace syncline::http {

// What an answer says of the vendor's own budget of requests.
struct VendorBudget {
  std::optional<std::int64_t> remaining;                 // requests that are left
  std::optional<std::chrono::milliseconds> reset_after;  // until there are more of them
};

// Reads RateLimit (draft-ietf-httpapi-ratelimit-headers: the fields of draft 7 and the policies of
// draft 8 and later), RateLimit-* and X-RateLimit-*, also spelled X-Rate-Limit-*. A reset is a
// number of seconds, whole or not, a Unix time in seconds or milliseconds, or a date of HTTP or RFC
// 3339. Of several policies the one that leaves least counts. Text that is none of it is passed
// over.
VendorBudget ReadRateHeaders(const Headers& headers, base::Time now);

// What an answer asks to wait, whatever its status: Retry-After, else until the budget that leaves
// least is filled again. nullopt: it does not say.
std::optional<std::chrono::milliseconds> WaitAskedFor(const Headers& headers, base::Time now);

// How long the vendor wants nothing to be asked after this answer: Retry-After of an error, else
// until its budget is filled again, when that is used up. nullopt: it does not say. Never longer
// than kRetryAfterReadMax.
std::optional<std::chrono::milliseconds> PauseAfter(const Response& response, base::Time now);

}  // namespace syncline::http
