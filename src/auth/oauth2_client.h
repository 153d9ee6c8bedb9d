#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "auth/allowed_hosts.h"
#include "auth/authenticator.h"
#include "auth/client_authentication.h"
#include "auth/known_secrets.h"
#include "auth/oauth2_answer.h"
#include "auth/oauth2_definition.h"
#include "auth/provider_metadata.h"
#include "auth/token_grant.h"
#include "base/clock.h"

namespace syncline::auth {

// One OAuth2 client at its provider: finds the endpoints, proves who it is, and asks. No retry, no
// redirects, nothing kept but the provider's metadata. What is asked for is the business of
// MakeTokenGrant and of the functions in oauth2_authorization.h, oauth2_device.h and
// oauth2_revocation.h. Used by one thread at a time.
class OAuth2Client {
 public:
  // Of everything that one call of those functions asks: metadata, then the exchange.
  static constexpr std::chrono::seconds kTotalTimeout{20};

  // `secrets` as MakeAuthenticator takes them ("oauth2.client_secret"); the references in
  // `environment` must outlive the client. INVALID_ARGUMENT with fields below "oauth2",
  // CREDENTIAL_CORRUPT when a secret is missing or a stored key is none.
  static absl::StatusOr<std::unique_ptr<OAuth2Client>> Make(const v1::OAuth2Authentication& spec,
                                                            AllowedHosts hosts,
                                                            const SecretMap& secrets,
                                                            const Environment& environment);

  // Until when what begins now must be done.
  base::SteadyTime Deadline() const { return environment_.clock.SteadyNow() + kTotalTimeout; }

  // As the definition says, else as the provider's metadata does; absent when neither names it.
  // The errors of FetchProviderMetadata.
  absl::StatusOr<std::optional<http::Url>> FindEndpoint(OAuth2Endpoint endpoint,
                                                        base::SteadyTime deadline,
                                                        std::stop_token stop);
  // The same, but SIGN_IN_FAILED names the field to set when nothing names the endpoint.
  absl::StatusOr<http::Url> GetEndpoint(OAuth2Endpoint endpoint, base::SteadyTime deadline,
                                        std::stop_token stop);

  // Posts `fields`, the definition's parameters over them, and the client's authentication, to an
  // endpoint. HOST_NOT_ALLOWED, before any secret is touched; SIGN_IN_FAILED when the client has no
  // such endpoint or cannot sign; what the transport says.
  absl::StatusOr<OAuth2Answer> Post(OAuth2Endpoint endpoint, OAuth2Fields fields,
                                    base::SteadyTime deadline, std::stop_token stop);
  // Posts to the token endpoint: the tokens, or why there are none.
  absl::StatusOr<GrantedTokens> RequestTokens(OAuth2Fields fields, base::SteadyTime deadline,
                                              std::stop_token stop);

  const OAuth2Definition& definition() const { return definition_; }
  const Environment& environment() const { return environment_; }
  // Shared with the authenticator that sends what this client obtains.
  const std::shared_ptr<KnownSecrets>& known_secrets() const { return known_; }

 private:
  OAuth2Client(OAuth2Definition definition, ClientAuthentication authentication, AllowedHosts hosts,
               const Environment& environment, std::shared_ptr<KnownSecrets> known)
      : definition_(std::move(definition)),
        authentication_(std::move(authentication)),
        hosts_(std::move(hosts)),
        environment_(environment),
        known_(std::move(known)) {}

  absl::StatusOr<http::Request> MakeRequest(const http::Url& url, const http::Url& token_url,
                                            OAuth2Fields fields);

  const OAuth2Definition definition_;
  const ClientAuthentication authentication_;
  const AllowedHosts hosts_;
  const Environment environment_;
  const std::shared_ptr<KnownSecrets> known_;
  std::optional<ProviderMetadata> metadata_;  // once it was needed
};

}  // namespace syncline::auth
