#pragma once

#include <cstdint>
#include <mutex>
#include <stop_token>

#include "auth/authenticator.h"
#include "http/transport.h"

namespace syncline::auth {

// Signs every request before it goes out. Each try is signed anew, so that a signature's time and a
// token are those of the try; an answer after which the sign-in could be renewed is tried once more
// at once. Requests come in unsigned and stay so. Made per run around the transport of its vendor.
// Safe for concurrent use: of several requests, one at a time is signed, or has its answer looked
// at, and a sign-in that one of them renewed is not renewed again for those that were on the wire.
class SigningTransport final : public http::Transport {
 public:
  // Both must outlive this.
  SigningTransport(http::Transport& inner, Authenticator& authenticator)
      : inner_(inner), authenticator_(authenticator) {}

  // Also the errors of Authenticator::Apply.
  absl::StatusOr<http::Response> Send(const http::Request& request,
                                      const http::TransportLimits& limits,
                                      std::stop_token stop) override;

  // How often the sign-in was renewed so far. Waits while it talks to its provider.
  std::int64_t renewals() const;
  // Renews the sign-in after an answer that the definition takes for its refusal, whatever its
  // status, unless somebody did it since there were `renewals_before`: read before the request was
  // sent. True: the request is worth another try. False when there is nothing to renew. The errors
  // of Authenticator::RenewRefused.
  absl::StatusOr<bool> RenewAfter(const http::Response& answer, std::int64_t renewals_before,
                                  std::stop_token stop);

 private:
  // The renewals of the sign-in before this signature.
  absl::StatusOr<std::int64_t> Sign(http::Request* request, std::stop_token stop);
  // Whether an answer to a request that was signed after so many renewals is worth another try.
  absl::StatusOr<bool> Renew(const http::Response& answer, std::int64_t renewals_before,
                             std::stop_token stop);

  http::Transport& inner_;
  mutable std::mutex mutex_;  // held while the sign-in talks to its provider: others need it too
  Authenticator& authenticator_;  // guarded by mutex_
  std::int64_t renewals_ = 0;     // guarded by mutex_
};

}  // namespace syncline::auth
