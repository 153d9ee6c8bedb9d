#include "store/oauth_token_store.h"

#include "base/status.h"
#include "store/resource_row.h"
#include "store/sql.h"

namespace syncline::store {
namespace {

using std::chrono::milliseconds;

// Columns of OAuthTokenRead.
constexpr int kEpoch = 0;
constexpr int kVersion = 1;
constexpr int kAccess = 2;
constexpr int kRefresh = 6;
constexpr int kLifetime = 10;
constexpr int kRemaining = 11;
constexpr int kAge = 12;
constexpr int kLeased = 13;
constexpr int kReauthRequired = 14;
constexpr int kStateMessage = 15;

Parameters KeyOf(const model::CredentialName& name) {
  Parameters parameters;
  parameters.Text(name.workspace).Text(name.credential);
  return parameters;
}

Parameters KeyOf(const OAuthTokenKey& key) {
  Parameters parameters = KeyOf(key.credential);
  parameters.Text(key.alternative);
  return parameters;
}

Parameters FenceOf(const OAuthTokenKey& key, const OAuthLease& lease) {
  Parameters parameters = KeyOf(key);
  parameters.Int64(lease.version).Uuid(lease.owner);
  return parameters;
}

void AddSealed(Parameters& parameters, const std::optional<secret::Sealed>& sealed) {
  if (!sealed.has_value()) {
    parameters.Null().Null().Null().Null();
    return;
  }
  parameters.Text(sealed->algorithm)
      .Text(sealed->key_id)
      .Bytes(sealed->wrapped_key)
      .Bytes(sealed->ciphertext);
}

void AddLifetime(Parameters& parameters, std::optional<std::chrono::seconds> lifetime) {
  if (lifetime.has_value()) {
    parameters.Int64(lifetime->count());
  } else {
    parameters.Null();
  }
}

std::optional<secret::Sealed> SealedAt(const Result& rows, int column) {
  if (rows.IsNull(0, column + 3)) return std::nullopt;
  return secret::Sealed{.algorithm = std::string(rows.Text(0, column)),
                        .key_id = std::string(rows.Text(0, column + 1)),
                        .wrapped_key = std::string(rows.Bytes(0, column + 2)),
                        .ciphertext = std::string(rows.Bytes(0, column + 3))};
}

std::optional<milliseconds> DurationAt(const Result& rows, int column) {
  if (rows.IsNull(0, column)) return std::nullopt;
  return milliseconds(rows.Int64(0, column));
}

absl::StatusOr<bool> Fenced(Transaction& transaction, std::string_view sql,
                            const Parameters& parameters) {
  SYNCLINE_ASSIGN_OR_RETURN(const Result rows, transaction.Execute(sql, parameters));
  return rows.affected() == 1;
}

}  // namespace

absl::StatusOr<OAuthTokenRow> ReadOAuthToken(Transaction& transaction, const OAuthTokenKey& key) {
  SYNCLINE_ASSIGN_OR_RETURN(const Result rows,
                            transaction.Execute(sql::kOAuthTokenRead, KeyOf(key)));
  if (rows.empty()) return NotFound(key.credential.ToString());
  OAuthTokenRow row{.token_epoch = rows.Int64(0, kEpoch)};
  if (rows.IsNull(0, kVersion)) return row;
  row.version = rows.Int64(0, kVersion);
  row.access = SealedAt(rows, kAccess);
  row.refresh = SealedAt(rows, kRefresh);
  row.lifetime = DurationAt(rows, kLifetime);
  row.remaining = DurationAt(rows, kRemaining);
  row.age = DurationAt(rows, kAge).value_or(milliseconds(0));
  row.leased = rows.Bool(0, kLeased);
  row.reauth_required = rows.Bool(0, kReauthRequired);
  row.state_message = rows.Text(0, kStateMessage);
  return row;
}

absl::StatusOr<std::int64_t> FindTokenEpoch(Transaction& transaction,
                                            const model::CredentialName& name) {
  SYNCLINE_ASSIGN_OR_RETURN(const Result rows,
                            transaction.Execute(sql::kOAuthTokenEpoch, KeyOf(name)));
  if (rows.empty()) return NotFound(name.ToString());
  return rows.Int64(0, 0);
}

absl::StatusOr<std::optional<int>> TakeOAuthLease(Transaction& transaction,
                                                  const OAuthTokenKey& key, std::int64_t epoch,
                                                  const OAuthLease& lease, milliseconds duration) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(
          sql::kOAuthTokenTakeLease,
          KeyOf(key).Int64(epoch).Int64(lease.version).Uuid(lease.owner).Int64(duration.count())));
  if (rows.empty()) return std::nullopt;
  return static_cast<int>(rows.Int64(0, 0));
}

absl::StatusOr<bool> MarkOAuthAttempt(Transaction& transaction, const OAuthTokenKey& key,
                                      const OAuthLease& lease, milliseconds duration) {
  return Fenced(transaction, sql::kOAuthTokenMarkAttempt,
                FenceOf(key, lease).Int64(duration.count()));
}

absl::StatusOr<bool> StoreOAuthTokens(Transaction& transaction, const OAuthTokenKey& key,
                                      const OAuthLease& lease,
                                      const std::optional<secret::Sealed>& access,
                                      const std::optional<secret::Sealed>& refresh,
                                      std::optional<std::chrono::seconds> lifetime) {
  Parameters parameters = FenceOf(key, lease);
  AddSealed(parameters, access);
  AddSealed(parameters, refresh);
  AddLifetime(parameters, lifetime);
  return Fenced(transaction, sql::kOAuthTokenStore, parameters);
}

absl::StatusOr<bool> ReleaseOAuthLease(Transaction& transaction, const OAuthTokenKey& key,
                                       const OAuthLease& lease, int attempt_count) {
  return Fenced(transaction, sql::kOAuthTokenRelease, FenceOf(key, lease).Int64(attempt_count));
}

absl::StatusOr<bool> RequireReauthorization(Transaction& transaction, const OAuthTokenKey& key,
                                            const OAuthLease& lease, const std::string& message) {
  SYNCLINE_ASSIGN_OR_RETURN(const bool done,
                            Fenced(transaction, sql::kOAuthTokenRequireReauthorization,
                                   FenceOf(key, lease).Text(message)));
  if (!done) return false;
  SYNCLINE_RETURN_IF_ERROR(
      transaction.Execute(sql::kOAuthTokenPauseSchedules, KeyOf(key)).status());
  return true;
}

absl::StatusOr<std::int64_t> LockOAuthVersion(Transaction& transaction, const OAuthTokenKey& key) {
  SYNCLINE_ASSIGN_OR_RETURN(const Result rows,
                            transaction.Execute(sql::kOAuthTokenLockVersion, KeyOf(key)));
  return rows.empty() ? 0 : rows.Int64(0, 0);
}

absl::Status AuthorizeOAuthToken(Transaction& transaction, const OAuthTokenKey& key,
                                 std::int64_t version, const std::optional<secret::Sealed>& access,
                                 const std::optional<secret::Sealed>& refresh, base::Time sent,
                                 std::optional<std::chrono::seconds> lifetime) {
  Parameters parameters = KeyOf(key);
  parameters.Int64(version);
  AddSealed(parameters, access);
  AddSealed(parameters, refresh);
  parameters.Time(sent);
  AddLifetime(parameters, lifetime);
  return transaction.Execute(sql::kOAuthTokenAuthorize, parameters).status();
}

absl::Status ForgetOAuthTokens(Transaction& transaction, const model::CredentialName& name) {
  return transaction.Execute(sql::kOAuthTokenForget, KeyOf(name)).status();
}

absl::Status ExpireOAuthAccess(Transaction& transaction, const model::CredentialName& name) {
  return transaction.Execute(sql::kOAuthTokenExpireAccess, KeyOf(name)).status();
}

absl::StatusOr<std::vector<model::ScheduleName>> PausedForReauthorization(
    Transaction& transaction, const model::CredentialName& name,
    const std::optional<std::string>& alternative) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(
          sql::kOAuthTokenPausedSchedules,
          KeyOf(name).Text(alternative.value_or("")).Bool(!alternative.has_value())));
  std::vector<model::ScheduleName> schedules;
  for (int row = 0; row < rows.size(); ++row) {
    schedules.push_back(
        {name.workspace, std::string(rows.Text(row, 0)), std::string(rows.Text(row, 1))});
  }
  return schedules;
}

absl::Status CheckAuthorized(Transaction& transaction, const OAuthTokenKey& key) {
  SYNCLINE_ASSIGN_OR_RETURN(const Result rows,
                            transaction.Execute(sql::kOAuthTokenReauthRequired, KeyOf(key)));
  if (rows.empty()) return absl::OkStatus();
  return base::Error(base::Reason::kReauthRequired,
                     fmt::format("{}: {}; authorize it anew, or store new secret parts",
                                 key.credential.ToString(), rows.Text(0, 0)),
                     {{"credential", key.credential.ToString()}});
}

}  // namespace syncline::store
