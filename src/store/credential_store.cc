#include "store/credential_store.h"

#include "store/sql.h"

namespace syncline::store {
namespace {

std::string SpecOf(v1::Credential credential) {
  credential.clear_secret_version();
  credential.clear_state();
  credential.clear_state_message();
  credential.clear_token_expire_time();
  return SpecJson(std::move(credential));
}

absl::StatusOr<v1::Credential> Read(const Result& result, int row,
                                    const model::CredentialName& name) {
  SYNCLINE_ASSIGN_OR_RETURN(v1::Credential credential,
                            ReadResource<v1::Credential>(result, row, name.ToString()));
  credential.set_secret_version(result.Int64(row, 4));
  const bool reauth_required = !result.IsNull(row, 5) && result.Bool(row, 5);
  credential.set_state(reauth_required ? v1::Credential::STATE_REAUTH_REQUIRED
                                       : v1::Credential::STATE_ACTIVE);
  if (reauth_required) credential.set_state_message(std::string(result.Text(row, 6)));
  if (const auto time = result.OptionalTime(row, 7)) {
    *credential.mutable_token_expire_time() = ToTimestamp(*time);
  }
  return credential;
}

Parameters KeyOf(const model::CredentialName& name) {
  Parameters parameters;
  parameters.Text(name.workspace).Text(name.credential);
  return parameters;
}

std::vector<std::string> IntegrationsOf(const model::CredentialName& name, const Result& rows) {
  std::vector<std::string> users;
  for (int row = 0; row < rows.size(); ++row) {
    users.push_back(
        model::IntegrationName{name.workspace, std::string(rows.Text(row, 0))}.ToString());
  }
  return users;
}

}  // namespace

absl::StatusOr<v1::Credential> InsertCredential(Transaction& transaction,
                                                const model::CredentialName& name,
                                                const v1::Credential& credential) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kCredentialInsert, KeyOf(name).Json(SpecOf(credential))));
  if (rows.affected() == 0) return AlreadyExists(name.ToString());
  return FindCredential(transaction, name);
}

absl::StatusOr<v1::Credential> FindCredential(Transaction& transaction,
                                              const model::CredentialName& name, Lock lock) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(
          lock == Lock::kForUpdate ? sql::kCredentialFindForUpdate : sql::kCredentialFind,
          KeyOf(name)));
  if (rows.empty()) return NotFound(name.ToString());
  return Read(rows, 0, name);
}

absl::StatusOr<std::vector<v1::Credential>> ListCredentials(Transaction& transaction,
                                                            std::string_view workspace,
                                                            std::string_view after_id,
                                                            std::int64_t limit) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kCredentialList,
                          Parameters().Text(workspace).Text(after_id).Int64(limit)));
  std::vector<v1::Credential> credentials;
  for (int row = 0; row < rows.size(); ++row) {
    const model::CredentialName name{std::string(workspace), std::string(rows.Text(row, 8))};
    SYNCLINE_ASSIGN_OR_RETURN(credentials.emplace_back(), Read(rows, row, name));
  }
  return credentials;
}

absl::StatusOr<v1::Credential> UpdateCredential(Transaction& transaction,
                                                const model::CredentialName& name,
                                                const v1::Credential& credential) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kCredentialUpdate, KeyOf(name).Json(SpecOf(credential))));
  if (rows.affected() == 0) return NotFound(name.ToString());
  return FindCredential(transaction, name);
}

absl::Status DeleteCredential(Transaction& transaction, const model::CredentialName& name) {
  SYNCLINE_ASSIGN_OR_RETURN(const Result rows,
                            transaction.Execute(sql::kCredentialDelete, KeyOf(name)));
  return rows.affected() == 0 ? NotFound(name.ToString()) : absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> CredentialUsers(Transaction& transaction,
                                                         const model::CredentialName& name,
                                                         std::int64_t limit) {
  SYNCLINE_ASSIGN_OR_RETURN(const Result rows,
                            transaction.Execute(sql::kCredentialUsers, KeyOf(name).Int64(limit)));
  return IntegrationsOf(name, rows);
}

absl::StatusOr<std::vector<std::string>> AlternativeUsers(Transaction& transaction,
                                                          const model::CredentialName& name,
                                                          std::string_view alternative,
                                                          std::int64_t limit) {
  SYNCLINE_ASSIGN_OR_RETURN(const Result rows,
                            transaction.Execute(sql::kCredentialAlternativeUsers,
                                                KeyOf(name).Text(alternative).Int64(limit)));
  return IntegrationsOf(name, rows);
}

absl::StatusOr<bool> RaiseSecretVersion(Transaction& transaction, const model::CredentialName& name,
                                        std::int64_t version) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kCredentialRaiseSecretVersion, KeyOf(name).Int64(version)));
  return rows.affected() == 1;
}

absl::Status WriteSealedFields(Transaction& transaction, const model::CredentialName& name,
                               const std::vector<SealedField>& fields) {
  SYNCLINE_RETURN_IF_ERROR(
      transaction.Execute(sql::kCredentialSecretDeleteAll, KeyOf(name)).status());
  for (const SealedField& field : fields) {
    SYNCLINE_RETURN_IF_ERROR(
        transaction
            .Execute(sql::kCredentialSecretInsert, KeyOf(name)
                                                       .Text(field.field)
                                                       .Int64(field.version)
                                                       .Text(field.sealed.algorithm)
                                                       .Text(field.sealed.key_id)
                                                       .Bytes(field.sealed.wrapped_key)
                                                       .Bytes(field.sealed.ciphertext))
            .status());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<SealedField>> ReadSealedFields(Transaction& transaction,
                                                          const model::CredentialName& name) {
  SYNCLINE_ASSIGN_OR_RETURN(const Result rows,
                            transaction.Execute(sql::kCredentialSecretList, KeyOf(name)));
  std::vector<SealedField> fields;
  for (int row = 0; row < rows.size(); ++row) {
    fields.push_back({.field = std::string(rows.Text(row, 0)),
                      .version = rows.Int64(row, 1),
                      .sealed = {.algorithm = std::string(rows.Text(row, 2)),
                                 .key_id = std::string(rows.Text(row, 3)),
                                 .wrapped_key = std::string(rows.Bytes(row, 4)),
                                 .ciphertext = std::string(rows.Bytes(row, 5))}});
  }
  return fields;
}

}  // namespace syncline::store
