#pragma once

#include <stop_token>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "http/transport.h"

namespace syncline::http {

// Carries exchanges that must all be over by one instant: each gets what is left, if that is less
// than its own limit. Made per call; both references must outlive it.
class DeadlineTransport final : public Transport {
 public:
  DeadlineTransport(Transport& inner, const base::Clock& clock, base::SteadyTime deadline)
      : inner_(inner), clock_(clock), deadline_(deadline) {}

  // Also DEADLINE_EXCEEDED when nothing is left.
  absl::StatusOr<Response> Send(const Request& request, const TransportLimits& limits,
                                std::stop_token stop) override;

 private:
  Transport& inner_;
  const base::Clock& clock_;
  const base::SteadyTime deadline_;
};

}  // namespace syncline::http
