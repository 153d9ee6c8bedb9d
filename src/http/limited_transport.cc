#include "http/limited_transport.h"

#include <utility>

#include "base/status.h"

namespace syncline::http {

absl::StatusOr<Response> LimitedTransport::Send(const Request& request,
                                                const TransportLimits& limits,
                                                std::stop_token stop) {
  if (options_.budget == nullptr) return inner_.Send(request, limits, std::move(stop));
  SYNCLINE_ASSIGN_OR_RETURN(
      const RateBudget::Permit permit,
      options_.budget->Acquire(options_.integration, paid_.exchange(false), patience_, stop));
  absl::StatusOr<Response> answer = inner_.Send(request, limits, std::move(stop));
  if (answer.ok()) options_.budget->Observe(*answer);
  return answer;
}

}  // namespace syncline::http
