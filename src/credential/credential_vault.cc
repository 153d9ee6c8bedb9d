#include "credential/credential_vault.h"

#include <fmt/format.h>

#include "base/status.h"
#include "store/credential_store.h"

namespace syncline::credential {
namespace {

// Ids hold no "|", so that no two places share a context.
std::string ContextOf(const model::CredentialName& name, std::int64_t version,
                      std::string_view field) {
  return fmt::format("cred/v1|{}|{}|{}|{}", name.workspace, name.credential, version, field);
}

}  // namespace

absl::StatusOr<std::int64_t> CredentialVault::SaveSecrets(store::Transaction& transaction,
                                                          const model::CredentialName& name,
                                                          const auth::SecretMap& secrets) {
  SYNCLINE_ASSIGN_OR_RETURN(const std::int64_t version,
                            store::RaiseSecretVersion(transaction, name));
  std::vector<store::SealedField> fields;
  for (const auto& [field, secret] : secrets) {
    SYNCLINE_ASSIGN_OR_RETURN(secret::Sealed sealed,
                              sealer_.Seal(secret, ContextOf(name, version, field)));
    fields.push_back({.field = field, .version = version, .sealed = std::move(sealed)});
  }
  SYNCLINE_RETURN_IF_ERROR(store::WriteSealedFields(transaction, name, fields));
  return version;
}

absl::StatusOr<auth::SecretMap> CredentialVault::OpenSecrets(store::Transaction& transaction,
                                                             const model::CredentialName& name) {
  SYNCLINE_ASSIGN_OR_RETURN(const v1::Credential credential,
                            store::FindCredential(transaction, name));
  SYNCLINE_ASSIGN_OR_RETURN(const std::vector<store::SealedField> fields,
                            store::ReadSealedFields(transaction, name));
  auth::SecretMap secrets;
  for (const store::SealedField& field : fields) {
    // An old row opens under its own version; only this tells that it is not the current one.
    if (field.version != credential.secret_version()) {
      return base::Error(
          base::Reason::kCredentialCorrupt,
          fmt::format("{}: a stored secret is of version {}, the credential of version {}",
                      name.ToString(), field.version, credential.secret_version()));
    }
    SYNCLINE_ASSIGN_OR_RETURN(
        secret::Secret secret,
        sealer_.Open(field.sealed, ContextOf(name, field.version, field.field)));
    secrets.emplace(field.field, std::move(secret));
  }
  return secrets;
}

absl::StatusOr<OpenCredential> CredentialVault::Open(store::Transaction& transaction,
                                                     const model::CredentialName& name) {
  OpenCredential open;
  SYNCLINE_ASSIGN_OR_RETURN(open.credential, store::FindCredential(transaction, name));
  SYNCLINE_ASSIGN_OR_RETURN(open.secrets, OpenSecrets(transaction, name));
  return open;
}

}  // namespace syncline::credential
