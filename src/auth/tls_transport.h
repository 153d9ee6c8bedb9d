#pragma once

#include <memory>
#include <stop_token>

#include "absl/status/statusor.h"
#include "auth/allowed_hosts.h"
#include "auth/authenticator.h"
#include "http/tls_identity.h"
#include "http/transport.h"
#include "syncline/v1/credential.pb.h"

namespace syncline::auth {

// How TLS is spoken for a credential; never null. CREDENTIAL_CORRUPT for a client certificate
// without its key.
absl::StatusOr<std::shared_ptr<const http::TlsIdentity>> MakeTlsIdentity(const v1::TlsSettings& tls,
                                                                         const SecretMap& secrets);

// Carries what a sign-in asks for itself (tokens, logins) over the credential's own connections. As
// safe for concurrent use as `inner`.
class TlsTransport final : public http::Transport {
 public:
  // `inner` must outlive this.
  TlsTransport(http::Transport& inner, AllowedHosts hosts,
               std::shared_ptr<const http::TlsIdentity> identity)
      : inner_(inner), hosts_(std::move(hosts)), identity_(std::move(identity)) {}

  // Also HOST_NOT_ALLOWED: a client certificate is shown to the credential's hosts only.
  absl::StatusOr<http::Response> Send(const http::Request& request,
                                      const http::TransportLimits& limits,
                                      std::stop_token stop) override;

 private:
  http::Transport& inner_;
  const AllowedHosts hosts_;
  const std::shared_ptr<const http::TlsIdentity> identity_;
};

}  // namespace syncline::auth
