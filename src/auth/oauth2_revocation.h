#pragma once

#include <stop_token>

#include "absl/status/statusor.h"
#include "auth/oauth2_client.h"
#include "secret/secret.h"

// When a credential is deleted, its tokens are taken back (RFC 7009). How it is used:
//
//   … before the row is deleted: read the tokens; refresh token first, for many providers take the
//     access tokens back with it.
//   auto revoked = RevokeToken(**client, RevokedToken::kRefreshToken, tokens.refresh_token, stop);
//   … an error must not keep the credential from being deleted: say it in the log and go on.

namespace syncline::auth {

enum class RevokedToken { kAccessToken, kRefreshToken };

// True: the provider holds the token for invalid now. False: nothing names a revocation endpoint,
// or the provider does not revoke tokens of this kind (unsupported_token_type), or there is no
// token. The errors of TokenGrant::Obtain.
absl::StatusOr<bool> RevokeToken(OAuth2Client& client, RevokedToken kind,
                                 const secret::Secret& token, std::stop_token stop);

}  // namespace syncline::auth
