#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "auth/authenticator.h"
#include "credential/credential_vault.h"
#include "credential/postgres_token_store.h"
#include "credential/secret_source.h"
#include "model/resource_name.h"
#include "store/database.h"

namespace syncline::credential {

struct OpenCredential {
  v1::Credential credential;     // without secret parts
  auth::SecretMap secrets;       // stored ones and those that references lead to
  std::int64_t token_epoch = 0;  // for a PostgresTokenStore
};

// Gathers all that is needed to sign in, for auth::MakeAuthenticator: at the start of a run, and
// when somebody tests a credential. Reads the rows in one short transaction and unseals outside of
// it, for key services and secret sources may wait for a network. Keeps no state, safe for
// concurrent use; owned by the composition root.
class CredentialOpener {
 public:
  CredentialOpener(store::Database& database, CredentialVault& vault, const SecretSources& sources)
      : database_(database), vault_(vault), sources_(sources) {}

  // NOT_FOUND, KEY_UNAVAILABLE, CREDENTIAL_CORRUPT, SECRET_UNAVAILABLE naming field and reference
  // (also when what it leads to could not be saved as a value), DATABASE_UNAVAILABLE.
  absl::StatusOr<OpenCredential> Open(const model::CredentialName& name);
  // Where the fleet keeps the tokens of one sign-in of the credential, for Environment::tokens. The
  // references must outlive what is returned.
  std::shared_ptr<PostgresTokenStore> TokensOf(const store::OAuthTokenKey& key,
                                               std::int64_t token_epoch, const base::Clock& clock,
                                               base::Random& random);
  // What references may lead to, for those who save them.
  const SecretSources& sources() const { return sources_; }

 private:
  absl::Status Resolve(OpenCredential& open) const;

  store::Database& database_;
  CredentialVault& vault_;
  const SecretSources& sources_;
};

}  // namespace syncline::credential
