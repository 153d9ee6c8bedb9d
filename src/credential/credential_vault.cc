#include "credential/credential_vault.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/status.h"
#include "credential/audit_log.h"
#include "store/credential_store.h"
#include "store/oauth_token_store.h"

namespace syncline::credential {
namespace {

constexpr int kReadsMax = 3;

// Ids hold no "|", so that no two places share a context.
std::string ContextOf(const model::CredentialName& name, std::int64_t version,
                      std::string_view field) {
  return fmt::format("cred/v1|{}|{}|{}|{}", name.workspace, name.credential, version, field);
}

}  // namespace

absl::StatusOr<SealedSecrets> CredentialVault::Seal(const model::CredentialName& name,
                                                    std::int64_t version,
                                                    const auth::SecretMap& secrets) {
  SealedSecrets all{.version = version};
  for (const auto& [field, secret] : secrets) {
    SYNCLINE_ASSIGN_OR_RETURN(secret::Sealed sealed,
                              sealer_.Seal(secret, ContextOf(name, version, field)));
    all.fields.push_back({.field = field, .version = version, .sealed = std::move(sealed)});
  }
  return all;
}

absl::StatusOr<bool> CredentialVault::Write(store::Transaction& transaction,
                                            const model::CredentialName& name,
                                            const SealedSecrets& secrets) {
  SYNCLINE_ASSIGN_OR_RETURN(const bool raised,
                            store::RaiseSecretVersion(transaction, name, secrets.version));
  if (!raised) return false;
  SYNCLINE_RETURN_IF_ERROR(store::WriteSealedFields(transaction, name, secrets.fields));
  return true;
}

absl::StatusOr<SealedCredential> CredentialVault::Read(store::Transaction& transaction,
                                                       const model::CredentialName& name) {
  SealedCredential sealed;
  for (int attempt = 0; attempt < kReadsMax; ++attempt) {
    // First: a change in between then shows, for what is of an older epoch stores and uses no
    // token.
    SYNCLINE_ASSIGN_OR_RETURN(sealed.token_epoch, store::FindTokenEpoch(transaction, name));
    SYNCLINE_ASSIGN_OR_RETURN(sealed.credential, store::FindCredential(transaction, name));
    SYNCLINE_ASSIGN_OR_RETURN(sealed.fields, store::ReadSealedFields(transaction, name));
    // Another version: secrets were stored between the two statements, or it is corrupt and stays
    // so.
    const std::int64_t version = sealed.credential.secret_version();
    if (std::ranges::all_of(sealed.fields, [&](const store::SealedField& field) {
          return field.version == version;
        })) {
      break;
    }
  }
  return sealed;
}

absl::StatusOr<auth::SecretMap> CredentialVault::Unseal(const model::CredentialName& name,
                                                        const SealedCredential& sealed) {
  absl::StatusOr<auth::SecretMap> secrets = UnsealFields(name, sealed);
  if (!secrets.ok() && audit_ != nullptr &&
      base::ReasonOf(secrets.status()) == base::Reason::kCredentialCorrupt) {
    audit_->Record(name.workspace, v1::AuditEvent::KIND_CREDENTIAL_CORRUPT, name.ToString(),
                   base::MessageOf(secrets.status()));
  }
  return secrets;
}

absl::StatusOr<auth::SecretMap> CredentialVault::UnsealFields(const model::CredentialName& name,
                                                              const SealedCredential& sealed) {
  auth::SecretMap secrets;
  for (const store::SealedField& field : sealed.fields) {
    // An old row opens under its own version; only this tells that it is not the current one.
    if (field.version != sealed.credential.secret_version()) {
      return base::Error(
          base::Reason::kCredentialCorrupt,
          fmt::format("{}: a stored secret is of version {}, the credential of version {}",
                      name.ToString(), field.version, sealed.credential.secret_version()));
    }
    SYNCLINE_ASSIGN_OR_RETURN(
        secret::Secret secret,
        sealer_.Open(field.sealed, ContextOf(name, field.version, field.field)));
    secrets.emplace(field.field, std::move(secret));
  }
  return secrets;
}

}  // namespace syncline::credential
