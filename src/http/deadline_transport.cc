#include "http/deadline_transport.h"

#include <algorithm>
#include <utility>

#include "base/status.h"

namespace syncline::http {

absl::StatusOr<Response> DeadlineTransport::Send(const Request& request,
                                                 const TransportLimits& limits,
                                                 std::stop_token stop) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - clock_.SteadyNow());
  if (left <= std::chrono::milliseconds(0)) {
    return base::Error(base::Reason::kDeadlineExceeded, "no time is left for another request");
  }
  TransportLimits shorter = limits;
  shorter.total_timeout = std::min(limits.total_timeout, left);
  shorter.connect_timeout = std::min(limits.connect_timeout, left);
  return inner_.Send(request, shorter, std::move(stop));
}

}  // namespace syncline::http
