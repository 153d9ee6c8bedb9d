#include "auth/exchange_limits.h"

#include <algorithm>

#include "auth/oauth2_answer.h"
#include "base/status.h"

namespace syncline::auth {

absl::StatusOr<http::TransportLimits> LimitsUntil(base::SteadyTime deadline,
                                                  const base::Clock& clock) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock.SteadyNow());
  if (left <= std::chrono::milliseconds(0)) {
    return base::Error(base::Reason::kVendorTimeout, "The provider took too long to answer.");
  }
  http::TransportLimits limits;
  limits.total_timeout = left;
  limits.connect_timeout = std::min(limits.connect_timeout, left);
  limits.body_bytes_max = OAuth2Answer::kBodyBytesMax;
  return limits;
}

}  // namespace syncline::auth
