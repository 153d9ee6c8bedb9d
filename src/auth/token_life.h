#pragma once

#include <chrono>

#include "base/status.h"

namespace syncline::auth {

// When an access token is renewed, for every TokenSource. Pure functions, safe for concurrent use.

// Renewed this long before its end, or a tenth of its lifetime if that is longer; but a token
// serves at least half of its lifetime, or one of a minute would never serve at all.
inline constexpr std::chrono::milliseconds kTokenMarginMin{60'000};
std::chrono::milliseconds TokenMargin(std::chrono::milliseconds lifetime);

// A refusal of a token younger than this is not its age's fault: another would fare no better.
inline constexpr std::chrono::milliseconds kTokenNewAge{10'000};
// A provider in trouble costs no run whose token is still good for this long.
inline constexpr std::chrono::milliseconds kTokenReserve{10'000};
// What may pass by itself, of the reasons why a provider yields no token; the keys without which
// its answer could not be stored among them.
bool IsProviderTrouble(base::Reason reason);

}  // namespace syncline::auth
