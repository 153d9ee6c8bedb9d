#pragma once

#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "auth/oauth2_client.h"
#include "auth/token_grant.h"
#include "secret/secret.h"

// A person consents in a browser (RFC 6749 4.1, RFC 7636). How it is used:
//
//   auto client = OAuth2Client::Make(spec, hosts, secrets, environment);
//   auto request = BeginAuthorization(**client, redirect_uri, stop);
//   … keep request->state with request->code_verifier (sealed, for ten minutes) and redirect_uri;
//     send the browser to request->url; the provider sends it back with `state` and `code`.
//   … find what was kept by the state, take it away so that it serves once, then:
//   auto tokens = ExchangeCode(**client, code, kept.code_verifier, kept.redirect_uri, stop);
//   … store the tokens: MakeTokenGrant renews them from then on.

namespace syncline::auth {

// What a consent begins with.
struct AuthorizationRequest {
  http::Url url;      // where to send the browser
  std::string state;  // comes back beside the code: 256 random bits in base64url
  // For ExchangeCode; nobody else may see it. Empty when the definition disables PKCE.
  secret::Secret code_verifier;
};

// INVALID_ARGUMENT (redirectUri is no absolute URI, or has a fragment: RFC 6749 3.1.2; or the
// credential has no such grant); SIGN_IN_FAILED when nothing names the authorization URL; the
// errors of FetchProviderMetadata.
absl::StatusOr<AuthorizationRequest> BeginAuthorization(OAuth2Client& client,
                                                        const std::string& redirect_uri,
                                                        std::stop_token stop);

// The code for tokens. The errors of TokenGrant::Obtain; REAUTH_REQUIRED: the code is too old, was
// used before, or belongs to another consent, so begin anew.
absl::StatusOr<GrantedTokens> ExchangeCode(OAuth2Client& client, const secret::Secret& code,
                                           const secret::Secret& code_verifier,
                                           const std::string& redirect_uri, std::stop_token stop);

}  // namespace syncline::auth
