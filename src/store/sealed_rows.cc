#include "store/sealed_rows.h"

#include <fmt/format.h>

#include <array>

#include "base/status.h"

namespace syncline::store {
namespace {

constexpr std::string_view kCredential =
    "format('workspaces/%s/credentials/%s', workspace_id, credential_id)";
// The tokens of a row are of the epoch that the credential is in: older ones go when it rises.
constexpr std::string_view kAccessToken =
    "format('token/v1|%s|%s|%s|%s|%s|access', workspace_id, credential_id, alternative, "
    "(SELECT c.token_epoch FROM syncline.credential c "
    "WHERE (c.workspace_id, c.credential_id) = "
    "(oauth_token.workspace_id, oauth_token.credential_id)), version)";
constexpr std::string_view kRefreshToken =
    "format('token/v1|%s|%s|%s|%s|%s|refresh', workspace_id, credential_id, alternative, "
    "(SELECT c.token_epoch FROM syncline.credential c "
    "WHERE (c.workspace_id, c.credential_id) = "
    "(oauth_token.workspace_id, oauth_token.credential_id)), version)";

// As credential::CredentialVault, credential::PostgresTokenStore, api::OAuth2Call and
// store::LoadServerSecret spell the contexts.
constexpr std::array kSealedTables = {
    SealedTable{"syncline.credential_secret", "",
                "format('cred/v1|%s|%s|%s|%s', workspace_id, credential_id, version, field)",
                kCredential},
    SealedTable{"syncline.oauth_token", "access_", kAccessToken, kCredential},
    SealedTable{"syncline.oauth_token", "refresh_", kRefreshToken, kCredential},
    SealedTable{"syncline.oauth_authorization", "",
                "format('authorization/v1|%s|%s|%s|%s|%s', workspace_id, credential_id, "
                "alternative, token_epoch, encode(state_hash, 'hex'))",
                kCredential},
    SealedTable{"syncline.server_secret", "", "format('server/v1|%s', secret_id)",
                "format('serverSecrets/%s', secret_id)"},
};

constexpr std::string_view kStart = "(0,0)";

}  // namespace

std::span<const SealedTable> SealedTables() { return kSealedTables; }

absl::StatusOr<std::vector<KeyUse>> CountKeyUses(Transaction& transaction) {
  std::string rows;
  for (const SealedTable& table : kSealedTables) {
    rows += fmt::format("{0}SELECT {1}key_id AS key_id FROM {2} WHERE {1}key_id IS NOT NULL",
                        rows.empty() ? "" : " UNION ALL ", table.prefix, table.name);
  }
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result result,
      transaction.Execute(fmt::format(
          "SELECT key_id, count(*) FROM ({}) AS sealed GROUP BY key_id ORDER BY key_id", rows)));
  std::vector<KeyUse> uses;
  for (int row = 0; row < result.size(); ++row) {
    uses.push_back({std::string(result.Text(row, 0)), result.Int64(row, 1)});
  }
  return uses;
}

absl::StatusOr<std::vector<SealedRow>> ReadRowsOfOtherKeys(Transaction& transaction,
                                                           const SealedTable& table,
                                                           std::string_view active_id,
                                                           std::string_view after,
                                                           std::int64_t limit) {
  // By ctid: every table has one, and RewrapRow looks whether the row is still that one.
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result result,
      transaction.Execute(
          fmt::format("SELECT ctid::text, {1}, {2}, {0}key_id, {0}wrapped_key FROM {3} "
                      "WHERE {0}key_id <> $1 AND ctid > $2::text::tid "
                      "ORDER BY ctid LIMIT $3",
                      table.prefix, table.context, table.resource, table.name),
          Parameters().Text(active_id).Text(after.empty() ? kStart : after).Int64(limit)));
  std::vector<SealedRow> rows;
  for (int row = 0; row < result.size(); ++row) {
    rows.push_back(
        {.place = std::string(result.Text(row, 0)),
         .context = std::string(result.Text(row, 1)),
         .resource = std::string(result.Text(row, 2)),
         .wrapped = {std::string(result.Text(row, 3)), std::string(result.Bytes(row, 4))}});
  }
  return rows;
}

absl::StatusOr<bool> RewrapRow(Transaction& transaction, const SealedTable& table,
                               const SealedRow& row, const secret::WrappedKey& wrapped) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result result,
      transaction.Execute(
          fmt::format("UPDATE {1} SET {0}key_id = $1, {0}wrapped_key = $2 WHERE ctid = "
                      "(SELECT ctid FROM {1} WHERE ctid = $3::text::tid AND {0}key_id = $4 "
                      "AND {0}wrapped_key = $5 FOR UPDATE SKIP LOCKED)",
                      table.prefix, table.name),
          Parameters()
              .Text(wrapped.key_id)
              .Bytes(wrapped.bytes)
              .Text(row.place)
              .Text(row.wrapped.key_id)
              .Bytes(row.wrapped.bytes)));
  return result.affected() == 1;
}

}  // namespace syncline::store
