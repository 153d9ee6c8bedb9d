#pragma once

#include <cstdint>

#include "base/status.h"
#include "credential/credential_vault.h"
#include "store/credential_store.h"
#include "store/database.h"

namespace syncline::test {

// Both halves of storing and of opening the secret parts of a credential. Only for tests of folders
// that may use `credential`.

// As the next version, which is returned, in place of all that were there.
inline absl::StatusOr<std::int64_t> SaveSecrets(store::Database& database,
                                                credential::CredentialVault& vault,
                                                const model::CredentialName& name,
                                                const auth::SecretMap& secrets) {
  std::int64_t version = 0;
  SYNCLINE_RETURN_IF_ERROR(
      database.RunTransaction([&](store::Transaction& transaction) -> absl::Status {
        SYNCLINE_ASSIGN_OR_RETURN(const v1::Credential credential,
                                  store::FindCredential(transaction, name));
        version = credential.secret_version() + 1;
        return absl::OkStatus();
      }));
  SYNCLINE_ASSIGN_OR_RETURN(const credential::SealedSecrets sealed,
                            vault.Seal(name, version, secrets));
  SYNCLINE_RETURN_IF_ERROR(
      database.RunTransaction([&](store::Transaction& transaction) -> absl::Status {
        SYNCLINE_ASSIGN_OR_RETURN(const bool written,
                                  credential::CredentialVault::Write(transaction, name, sealed));
        return written ? absl::OkStatus() : absl::AbortedError("another version came meanwhile");
      }));
  return version;
}

inline absl::StatusOr<auth::SecretMap> OpenSecrets(store::Database& database,
                                                   credential::CredentialVault& vault,
                                                   const model::CredentialName& name) {
  credential::SealedCredential sealed;
  SYNCLINE_RETURN_IF_ERROR(
      database.RunTransaction([&](store::Transaction& transaction) -> absl::Status {
        SYNCLINE_ASSIGN_OR_RETURN(sealed, credential::CredentialVault::Read(transaction, name));
        return absl::OkStatus();
      }));
  return vault.Unseal(name, sealed);
}

}  // namespace syncline::test
