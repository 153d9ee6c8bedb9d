#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "auth/authenticator.h"
#include "auth/redirecting_transport.h"
#include "auth/signing_transport.h"
#include "base/clock.h"
#include "base/random.h"
#include "http/retrying_transport.h"
#include "http/transport.h"
#include "pull/limits.h"

namespace syncline::pull {

// How one run talks to its vendor: every request is signed and sent with retries, within the run's
// limits, and no secret of the sign-in gets into what is told of it. Owned by the puller. Safe for
// concurrent use, except that nothing may be on the wire while another identity is selected.
class VendorClient {
 public:
  // The references must outlive the client.
  struct Options {
    std::unique_ptr<auth::Authenticator> authenticator;
    http::Transport& transport;  // one try each; retries are made here
    const base::Clock& clock;
    base::Random& random;
    Limits limits;
    http::RetryingTransport::OnWait on_wait;  // called by one thread at a time
    http::Backoff backoff;
    std::string user_agent;
  };
  explicit VendorClient(Options options);
  // Ends the sign-in at the vendor, which may take Authenticator::kEndTimeout.
  ~VendorClient();
  VendorClient(const VendorClient&) = delete;
  VendorClient& operator=(const VendorClient&) = delete;

  // Sends a request that is not signed yet; it gets a User-Agent unless it has its own.
  // Redirects are followed as the sign-in permits. Any status is a success; `judge` looks at each
  // answer first and may want another. VENDOR_UNREACHABLE, VENDOR_TIMEOUT, VENDOR_TLS,
  // VENDOR_THROTTLED, BODY_TRUNCATED, RESPONSE_TOO_LARGE, ADDRESS_NOT_ALLOWED, HOST_NOT_ALLOWED,
  // SIGN_IN_FAILED, REAUTH_REQUIRED, …; CANCELLED.
  absl::StatusOr<http::Response> Send(http::Request request, std::stop_token stop,
                                      const http::RetryingTransport::Judge& judge = {});

  // Takes an answer for a refused sign-in, whatever its status. True when it could be renewed, and
  // the request is worth another try. The errors of Authenticator::Renew.
  absl::StatusOr<bool> RenewSignIn(const http::Response& answer, std::stop_token stop);

  // Where a link in the answer to the request for `asked` leads, if it may be followed: absolute,
  // and without what the sign-in put into it. HOST_NOT_ALLOWED, URL_INVALID.
  absl::StatusOr<std::string> ResolveLink(const http::Url& asked, std::string_view link) const;

  // An error without the secrets that it repeats from the vendor's words: the members of a body, a
  // link, a value that an expression could not work with (I5). Any thread may call it.
  absl::Status Scrubbed(const absl::Status& status) const;
  // The same for a text; outlives the client.
  using Scrub = std::function<std::string(std::string)>;
  Scrub MakeScrub() const;

  auth::Authenticator& authenticator() { return *authenticator_; }
  const auth::Authenticator& authenticator() const { return *authenticator_; }
  const Limits& limits() const { return limits_; }
  const base::Clock& clock() const { return clock_; }
  // Requests that went out so far, tries included. Any thread may call it.
  std::int64_t request_count() const { return transport_.request_count(); }

 private:
  const std::shared_ptr<auth::Authenticator> authenticator_;  // shared with MakeScrub
  const Limits limits_;
  const base::Clock& clock_;
  const std::string user_agent_;
  std::mutex wait_mutex_;  // around on_wait
  auth::SigningTransport signing_;
  auth::RedirectingTransport redirecting_;
  http::RetryingTransport transport_;  // around signing_: each try is signed anew
};

}  // namespace syncline::pull
