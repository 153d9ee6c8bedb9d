#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "auth/authenticator.h"
#include "model/resource_name.h"
#include "secret/sealer.h"
#include "store/credential_store.h"
#include "store/database.h"

namespace syncline::credential {

class AuditLog;

// A credential as it stands in the database.
struct SealedCredential {
  v1::Credential credential;  // without secret parts
  std::vector<store::SealedField> fields;
  std::int64_t token_epoch = 0;  // for a PostgresTokenStore
};

// Keeps the secret parts of credentials: seals them into rows and opens them for the one who signs
// requests. Keeps no state, safe for concurrent use;
// owned by the composition root, as is the sealer.
//
// Each field is sealed with the context "cred/v1|workspace|credential|version|field", so a row that
// was moved to another place, or an old one that was put back, does not open.
class CredentialVault {
 public:
  // `audit` hears of what is corrupt; null = nobody does.
  explicit CredentialVault(secret::Sealer& sealer, AuditLog* audit = nullptr)
      : sealer_(sealer), audit_(audit) {}

  // Stores `secrets` in place of all that were there, under a new version, which is returned. To
  // keep a part, open it first. NOT_FOUND, KEY_UNAVAILABLE, INVALID_ARGUMENT (a secret too long).
  absl::StatusOr<std::int64_t> SaveSecrets(store::Transaction& transaction,
                                           const model::CredentialName& name,
                                           const auth::SecretMap& secrets);
  // Of the current version; empty for a credential without stored secret parts. NOT_FOUND,
  // KEY_UNAVAILABLE for a key that is not there now, CREDENTIAL_CORRUPT, which raises an audit
  // event, for what was altered or moved.
  absl::StatusOr<auth::SecretMap> OpenSecrets(store::Transaction& transaction,
                                              const model::CredentialName& name);
  // The two halves of OpenSecrets: reading, which alone needs the transaction, and unsealing, which
  // may wait for a key service.
  static absl::StatusOr<SealedCredential> Read(store::Transaction& transaction,
                                               const model::CredentialName& name);
  absl::StatusOr<auth::SecretMap> Unseal(const model::CredentialName& name,
                                         const SealedCredential& sealed);

  secret::Sealer& sealer() const { return sealer_; }

 private:
  absl::StatusOr<auth::SecretMap> UnsealFields(const model::CredentialName& name,
                                               const SealedCredential& sealed);

  secret::Sealer& sealer_;
  AuditLog* const audit_;
};

}  // namespace syncline::credential
