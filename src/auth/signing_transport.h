#pragma once

#include <stop_token>

#include "auth/authenticator.h"
#include "http/transport.h"

namespace syncline::auth {

// Signs every request before it goes out. Each try is signed anew, so that a signature's time and a
// token are those of the try; an answer after which the sign-in could be renewed is tried once more
// at once. Requests come in unsigned and stay so. Made per run around the transport of its vendor;
// used by one thread at a time.
class SigningTransport final : public http::Transport {
 public:
  // Both must outlive this.
  SigningTransport(http::Transport& inner, Authenticator& authenticator)
      : inner_(inner), authenticator_(authenticator) {}

  // Also the errors of Authenticator::Apply.
  absl::StatusOr<http::Response> Send(const http::Request& request,
                                      const http::TransportLimits& limits,
                                      std::stop_token stop) override;

  // Renews the sign-in after an answer that the definition takes for its refusal, whatever its
  // status. False when there is nothing to renew. The errors of Authenticator::RenewRefused.
  absl::StatusOr<bool> RenewAfter(const http::Response& answer, std::stop_token stop);

 private:
  http::Transport& inner_;
  Authenticator& authenticator_;
};

}  // namespace syncline::auth
