#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "api/handler_environment.h"
#include "api/unary_call.h"
#include "auth/oauth2_client.h"
#include "auth/tls_transport.h"
#include "credential/credential_opener.h"
#include "credential/credential_vault.h"
#include "credential/postgres_token_store.h"
#include "http/deadline_transport.h"
#include "model/resource_name.h"

namespace syncline::api {

// One call that speaks with the provider of an OAuth2 credential: the credential as it was when the
// call began, its client, and the row of its tokens. Everything that it sends ends by the call's
// deadline. Used by one thread.
class OAuth2Call {
 public:
  // Of the sign-in `alternative`; "" = the credential's own kind. In a transaction of its own, over
  // before anything is sent. NOT_FOUND, also of the alternative; INVALID_ARGUMENT for a sign-in of
  // another kind; the errors of CredentialOpener::Open and OAuth2Client::Make.
  static absl::StatusOr<std::unique_ptr<OAuth2Call>> Open(const HandlerEnvironment& environment,
                                                          const CallScope& scope,
                                                          const model::CredentialName& name,
                                                          const std::string& alternative);
  OAuth2Call(const HandlerEnvironment& environment, const CallScope& scope,
             model::CredentialName name, std::string alternative, std::int64_t token_epoch);

  auth::OAuth2Client& client() { return *client_; }
  credential::PostgresTokenStore& tokens() { return tokens_; }
  const std::stop_token& stop() const { return stop_; }
  const std::string& alternative() const { return alternative_; }
  std::int64_t token_epoch() const { return token_epoch_; }

  // Seals what belongs to a consent under way, for the place where it is kept, and opens it.
  absl::StatusOr<secret::Sealed> Seal(const secret::Secret& secret, std::string_view state_hash);
  absl::StatusOr<secret::Secret> Open(const secret::Sealed& sealed, std::string_view state_hash);

 private:
  std::string ContextOf(std::string_view state_hash) const;

  const HandlerEnvironment& environment_;
  const model::CredentialName name_;
  const std::string alternative_;
  const std::int64_t token_epoch_;
  const std::stop_token stop_;
  http::DeadlineTransport transport_;
  std::unique_ptr<auth::TlsTransport> tls_;  // around it, as the credential says
  credential::PostgresTokenStore tokens_;
  std::unique_ptr<auth::OAuth2Client> client_;
};

// The tokens of one sign-in, and the call by which they can be taken back at its provider.
struct HeldTokens {
  std::unique_ptr<OAuth2Call> call;
  auth::StoredTokens tokens;
};
// Of every OAuth2 sign-in of the credential, its own kind first. What is not there, or does not
// open any more, is left out.
std::vector<HeldTokens> FindHeldTokens(const HandlerEnvironment& environment,
                                       const CallScope& scope, const model::CredentialName& name);
// Takes the tokens of a credential that was deleted back, refresh token first. Best effort: what
// goes wrong is logged.
void RevokeTokens(const HandlerEnvironment& environment, const HeldTokens& held,
                  const model::CredentialName& name);

}  // namespace syncline::api
