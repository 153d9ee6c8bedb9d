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

// Secret parts of one version, sealed for their places. No field is secret.
struct SealedSecrets {
  std::int64_t version = 0;
  std::vector<store::SealedField> fields;
};

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

  // Storing is two halves, for a key service may take its time and nobody may wait for it who holds
  // a row. Seals `secrets`, all that there will be, for `version` of the credential; never call it
  // in a transaction. To keep a part, open it first. KEY_UNAVAILABLE, INVALID_ARGUMENT (a secret
  // too long).
  absl::StatusOr<SealedSecrets> Seal(const model::CredentialName& name, std::int64_t version,
                                     const auth::SecretMap& secrets);
  // Stores them in place of all that were there. False, and nothing is written, unless the version
  // before theirs is there.
  static absl::StatusOr<bool> Write(store::Transaction& transaction,
                                    const model::CredentialName& name,
                                    const SealedSecrets& secrets);
  // Opening is two halves for the same reason: reading the current version, with no secret parts
  // for a credential without stored ones. NOT_FOUND.
  static absl::StatusOr<SealedCredential> Read(store::Transaction& transaction,
                                               const model::CredentialName& name);
  // Opens what was read; never call it in a transaction. KEY_UNAVAILABLE for a key that is not
  // there now, CREDENTIAL_CORRUPT, which raises an audit event, for what was altered or moved.
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
