#pragma once

#include <map>
#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "auth/allowed_hosts.h"
#include "auth/authenticator.h"
#include "auth/oauth2_definition.h"

namespace syncline::auth {

// What a provider says of itself (RFC 8414 2).
struct ProviderMetadata {
  std::map<OAuth2Endpoint, http::Url> endpoints;
};

// Reads `{issuer}/.well-known/openid-configuration` (OpenID Connect Discovery 4), or, where there
// is none, `/.well-known/oauth-authorization-server` put before the issuer's path (RFC 8414 3.1).
// The document must name this very issuer, byte for byte, and an https issuer may name only https
// endpoints. HOST_NOT_ALLOWED when the issuer's host, or that of an endpoint which secrets are sent
// to, is not allowed; SIGN_IN_FAILED when there is no such document or it is not the issuer's;
// VENDOR_ERROR and VENDOR_THROTTLED for what may pass by itself; what the transport says.
absl::StatusOr<ProviderMetadata> FetchProviderMetadata(const std::string& issuer,
                                                       const AllowedHosts& hosts,
                                                       const Environment& environment,
                                                       base::SteadyTime deadline,
                                                       std::stop_token stop);

}  // namespace syncline::auth
