#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "auth/oauth2_client.h"
#include "auth/token_grant.h"

namespace syncline::auth {

// Whether the grant renews with a refresh token that the provider may take once only
// (authorization_code, device_code, refresh_token), or anew from what is configured.
bool RenewsByRefreshToken(const v1::OAuth2Authentication& spec);

// The grant of the credential as a way to obtain tokens (RFC 6749 4.3, 4.4, 6; RFC 7523 2.1). The
// errors of OAuth2Client::Make; CREDENTIAL_CORRUPT when a secret of the grant is missing.
absl::StatusOr<std::unique_ptr<TokenGrant>> MakeTokenGrant(const v1::OAuth2Authentication& spec,
                                                           AllowedHosts hosts,
                                                           const SecretMap& secrets,
                                                           const Environment& environment);

// The same over a client that is there already, of the same `spec`.
absl::StatusOr<std::unique_ptr<TokenGrant>> MakeTokenGrant(std::unique_ptr<OAuth2Client> client,
                                                           const v1::OAuth2Authentication& spec,
                                                           const SecretMap& secrets);

}  // namespace syncline::auth
