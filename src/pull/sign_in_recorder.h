#pragma once

#include <stop_token>

#include "base/clock.h"
#include "http/transport.h"
#include "pull/exchange_log.h"

namespace syncline::pull {

// Carries what a sign-in sends (token endpoints, logins) and notes it in the run's log: to whom,
// when, and with which status. Headers, queries and bodies are secrets on both ways, and not kept.
// Made per run; must outlive the authenticator that uses it. As safe for concurrent use as `inner`.
class SignInRecorder final : public http::Transport {
 public:
  SignInRecorder(http::Transport& inner, const base::Clock& clock, ExchangeLog& log)
      : inner_(inner), clock_(clock), log_(log) {}

  absl::StatusOr<http::Response> Send(const http::Request& request,
                                      const http::TransportLimits& limits,
                                      std::stop_token stop) override;

 private:
  http::Transport& inner_;
  const base::Clock& clock_;
  ExchangeLog& log_;
};

}  // namespace syncline::pull
