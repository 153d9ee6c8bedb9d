#pragma once

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "http/transport.h"

namespace syncline::auth {

// The bounds of one request to a provider that must be answered by `deadline`. VENDOR_TIMEOUT when
// that is past.
absl::StatusOr<http::TransportLimits> LimitsUntil(base::SteadyTime deadline,
                                                  const base::Clock& clock);

}  // namespace syncline::auth
