#include "store/oauth_authorization_store.h"

#include "base/status.h"
#include "store/sql.h"

namespace syncline::store {
namespace {

Parameters KeyOf(const model::CredentialName& name, std::string_view state_hash) {
  Parameters parameters;
  parameters.Text(name.workspace).Text(name.credential).Bytes(state_hash);
  return parameters;
}

absl::StatusOr<std::optional<OAuthAuthorization>> ReadOne(Transaction& transaction,
                                                          std::string_view sql,
                                                          const Parameters& parameters) {
  SYNCLINE_ASSIGN_OR_RETURN(const Result rows, transaction.Execute(sql, parameters));
  if (rows.empty() || !rows.Bool(0, 8)) return std::nullopt;
  return OAuthAuthorization{.alternative = std::string(rows.Text(0, 0)),
                            .token_epoch = rows.Int64(0, 1),
                            .redirect_uri = std::string(rows.Text(0, 2)),
                            .poll_interval = std::chrono::seconds(rows.Int64(0, 3)),
                            .sealed = {.algorithm = std::string(rows.Text(0, 4)),
                                       .key_id = std::string(rows.Text(0, 5)),
                                       .wrapped_key = std::string(rows.Bytes(0, 6)),
                                       .ciphertext = std::string(rows.Bytes(0, 7))}};
}

}  // namespace

absl::StatusOr<base::Time> InsertAuthorization(Transaction& transaction,
                                               const model::CredentialName& name,
                                               std::string_view state_hash,
                                               const OAuthAuthorization& authorization,
                                               std::chrono::seconds lifetime) {
  SYNCLINE_RETURN_IF_ERROR(
      transaction
          .Execute(
              sql::kOAuthAuthorizationPrune,
              Parameters().Text(name.workspace).Text(name.credential).Int64(kAuthorizationsMax - 1))
          .status());
  const secret::Sealed& sealed = authorization.sealed;
  SYNCLINE_ASSIGN_OR_RETURN(const Result rows,
                            transaction.Execute(sql::kOAuthAuthorizationInsert,
                                                KeyOf(name, state_hash)
                                                    .Text(authorization.alternative)
                                                    .Int64(authorization.token_epoch)
                                                    .Text(authorization.redirect_uri)
                                                    .Int64(authorization.poll_interval.count())
                                                    .Text(sealed.algorithm)
                                                    .Text(sealed.key_id)
                                                    .Bytes(sealed.wrapped_key)
                                                    .Bytes(sealed.ciphertext)
                                                    .Int64(lifetime.count())));
  return rows.Time(0, 0);
}

absl::StatusOr<std::optional<OAuthAuthorization>> TakeAuthorization(
    Transaction& transaction, const model::CredentialName& name, std::string_view state_hash) {
  return ReadOne(transaction, sql::kOAuthAuthorizationTake, KeyOf(name, state_hash));
}

absl::StatusOr<std::optional<OAuthAuthorization>> FindAuthorization(
    Transaction& transaction, const model::CredentialName& name, std::string_view state_hash) {
  return ReadOne(transaction, sql::kOAuthAuthorizationFind, KeyOf(name, state_hash));
}

absl::Status SetPollInterval(Transaction& transaction, const model::CredentialName& name,
                             std::string_view state_hash, std::chrono::seconds interval) {
  return transaction
      .Execute(sql::kOAuthAuthorizationSetInterval, KeyOf(name, state_hash).Int64(interval.count()))
      .status();
}

}  // namespace syncline::store
