#pragma once

#include <stop_token>
#include <utility>

#include "auth/allowed_hosts.h"
#include "auth/authenticator.h"
#include "http/transport.h"

namespace syncline::auth {

// Follows redirects of GET requests, as the sign-in permits: at most kRedirectCountMax of a
// request, with the same scheme, to the same origin or to a host that the credential or the
// downloads name. Each is a request of its own: signed anew on the same origin; elsewhere without
// the sign-in, the integration's headers and the credential's connections, as is a GET of a
// download host from the beginning. An answer that is not followed is returned as it came. Made per
// run around the transports of its vendor; as safe for concurrent use as they are.
class RedirectingTransport final : public http::Transport {
 public:
  static constexpr int kRedirectCountMax = 3;

  // `signing` signs with `authenticator`, `bare` does not. All must outlive this. `downloads`:
  // hosts that get no sign-in whatever the credential says.
  RedirectingTransport(http::Transport& signing, http::Transport& bare,
                       const Authenticator& authenticator, AllowedHosts downloads = {})
      : signing_(signing),
        bare_(bare),
        authenticator_(authenticator),
        downloads_(std::move(downloads)) {}

  // Also the errors of the signing transport.
  absl::StatusOr<http::Response> Send(const http::Request& request,
                                      const http::TransportLimits& limits,
                                      std::stop_token stop) override;

 private:
  http::Transport& signing_;
  http::Transport& bare_;
  const Authenticator& authenticator_;
  const AllowedHosts downloads_;
};

}  // namespace syncline::auth
