#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "auth/authenticator.h"
#include "auth/jwt_writer.h"
#include "auth/known_secrets.h"
#include "auth/oauth2_definition.h"
#include "syncline/v1/oauth2_authentication.pb.h"

namespace syncline::auth {

// The way that counts: UNSPECIFIED is BASIC with a secret and NONE without one.
v1::OAuth2Authentication::ClientAuthentication EffectiveAuthentication(
    v1::OAuth2Authentication::ClientAuthentication configured, bool has_secret);

// How a client proves who it is at the endpoints of its provider (RFC 6749 2.3). Immutable, safe
// for concurrent use.
class ClientAuthentication {
 public:
  static constexpr std::chrono::minutes kAssertionLifetime{5};

  // Everything that it will send becomes known to `known`. CREDENTIAL_CORRUPT when a secret is
  // missing or a stored key is none.
  static absl::StatusOr<ClientAuthentication> Make(const v1::OAuth2Authentication& spec,
                                                   const SecretMap& secrets, KnownSecrets* known);

  // Adds what the way wants to the request's parameters and headers. `audience` is the token URL.
  // INTERNAL when the key cannot sign.
  absl::Status Apply(const http::Url& audience, const Environment& environment, KnownSecrets* known,
                     OAuth2Fields* fields, http::Headers* headers) const;

 private:
  using Way = v1::OAuth2Authentication::ClientAuthentication;

  Way way_ = v1::OAuth2Authentication::CLIENT_AUTHENTICATION_NONE;
  std::string client_id_;
  std::string audience_;  // empty = the token URL
  secret::Secret secret_;
  secret::Secret basic_;  // what follows "Basic "
  std::shared_ptr<const JwtWriter> writer_;
};

}  // namespace syncline::auth
