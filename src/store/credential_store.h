#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "model/resource_name.h"
#include "secret/sealer.h"
#include "store/database.h"
#include "store/resource_row.h"
#include "syncline/v1/credential.pb.h"

namespace syncline::store {

// Rows of syncline.credential and credential_secret. Every function works inside the caller's
// transaction and keeps no state. The specification must come without secret parts: the caller
// takes them out first and stores them sealed (I5). Messages come back with name, secret_version,
// the state of their tokens, etag and times filled in.

// ALREADY_EXISTS.
absl::StatusOr<v1::Credential> InsertCredential(Transaction& transaction,
                                                const model::CredentialName& name,
                                                const v1::Credential& credential);
// NOT_FOUND.
absl::StatusOr<v1::Credential> FindCredential(Transaction& transaction,
                                              const model::CredentialName& name,
                                              Lock lock = Lock::kNone);
// Up to `limit`, in order of id, after `after_id` ("" = from the start).
absl::StatusOr<std::vector<v1::Credential>> ListCredentials(Transaction& transaction,
                                                            std::string_view workspace,
                                                            std::string_view after_id,
                                                            std::int64_t limit);
// NOT_FOUND. The caller compared the etag under Lock::kForUpdate.
absl::StatusOr<v1::Credential> UpdateCredential(Transaction& transaction,
                                                const model::CredentialName& name,
                                                const v1::Credential& credential);
// NOT_FOUND. The caller asked CredentialUsers first.
absl::Status DeleteCredential(Transaction& transaction, const model::CredentialName& name);
// Names of up to `limit` integrations that sign in with it.
absl::StatusOr<std::vector<std::string>> CredentialUsers(Transaction& transaction,
                                                         const model::CredentialName& name,
                                                         std::int64_t limit);
// Likewise of those that sign in with one of its alternatives.
absl::StatusOr<std::vector<std::string>> AlternativeUsers(Transaction& transaction,
                                                          const model::CredentialName& name,
                                                          std::string_view alternative,
                                                          std::int64_t limit);

// One sealed secret field.
struct SealedField {
  std::string field;  // path in the proto, e.g. "basic.password"
  std::int64_t version = 0;
  secret::Sealed sealed;
};

// Raises secret_version by one to `version`, which the fields were sealed for. False when that is
// not the next one.
absl::StatusOr<bool> RaiseSecretVersion(Transaction& transaction, const model::CredentialName& name,
                                        std::int64_t version);
// Replaces all sealed fields.
absl::Status WriteSealedFields(Transaction& transaction, const model::CredentialName& name,
                               const std::vector<SealedField>& fields);
absl::StatusOr<std::vector<SealedField>> ReadSealedFields(Transaction& transaction,
                                                          const model::CredentialName& name);

}  // namespace syncline::store
