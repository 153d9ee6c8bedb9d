#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "auth/authenticator.h"
#include "model/resource_name.h"
#include "secret/sealer.h"
#include "store/database.h"

namespace syncline::credential {

struct OpenCredential {
  v1::Credential credential;  // without secret parts
  auth::SecretMap secrets;
};

// Keeps the secret parts of credentials: seals them into rows and opens them for the one who signs
// requests. Every call works in the caller's transaction. Keeps no state, safe for concurrent use;
// owned by the composition root, as is the sealer.
//
// Each field is sealed with the context "cred/v1|workspace|credential|version|field", so a row that
// was moved to another place, or an old one that was put back, does not open.
class CredentialVault {
 public:
  explicit CredentialVault(secret::Sealer& sealer) : sealer_(sealer) {}

  // Stores `secrets` in place of all that were there, under a new version, which is returned. To
  // keep a part, open it first. NOT_FOUND, KEY_UNAVAILABLE, INVALID_ARGUMENT (a secret too long).
  absl::StatusOr<std::int64_t> SaveSecrets(store::Transaction& transaction,
                                           const model::CredentialName& name,
                                           const auth::SecretMap& secrets);
  // Of the current version; empty for a credential without secret parts. NOT_FOUND, KEY_UNAVAILABLE
  // for a key that is not in the keyring, CREDENTIAL_CORRUPT for what was altered or moved.
  absl::StatusOr<auth::SecretMap> OpenSecrets(store::Transaction& transaction,
                                              const model::CredentialName& name);
  // The credential with its secret parts, for auth::MakeAuthenticator. The errors of OpenSecrets.
  absl::StatusOr<OpenCredential> Open(store::Transaction& transaction,
                                      const model::CredentialName& name);

 private:
  secret::Sealer& sealer_;
};

}  // namespace syncline::credential
