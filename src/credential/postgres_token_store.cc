#include "credential/postgres_token_store.h"

#include <fmt/format.h>

#include "base/status.h"

namespace syncline::credential {
namespace {

using auth::TokenLease;
using store::Transaction;

constexpr std::string_view kAccess = "access";
constexpr std::string_view kRefresh = "refresh";

store::OAuthLease RowLease(const TokenLease& lease) { return {lease.version, lease.owner}; }

// A cut inside a character would not be text any more.
std::string Cut(std::string text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text;
}

absl::StatusOr<std::optional<secret::Sealed>> SealIn(const secret::Envelope& envelope,
                                                     const secret::Secret& token) {
  if (token.empty()) return std::nullopt;
  SYNCLINE_ASSIGN_OR_RETURN(secret::Sealed sealed, envelope.Seal(token));
  return sealed;
}

}  // namespace

// Ids and names of alternatives hold no "|", so that no two places share a context.
std::string PostgresTokenStore::ContextOf(std::int64_t version, std::string_view field) const {
  return fmt::format("token/v1|{}|{}|{}|{}|{}|{}", key_.credential.workspace,
                     key_.credential.credential, key_.alternative, epoch_, version, field);
}

absl::StatusOr<std::optional<secret::Sealed>> PostgresTokenStore::Seal(const secret::Secret& token,
                                                                       std::int64_t version,
                                                                       std::string_view field) {
  if (token.empty()) return std::nullopt;
  SYNCLINE_ASSIGN_OR_RETURN(secret::Sealed sealed, sealer_.Seal(token, ContextOf(version, field)));
  return sealed;
}

absl::StatusOr<secret::Secret> PostgresTokenStore::Open(const std::optional<secret::Sealed>& sealed,
                                                        std::int64_t version,
                                                        std::string_view field) {
  if (!sealed.has_value()) return secret::Secret();
  return sealer_.Open(*sealed, ContextOf(version, field));
}

absl::Status PostgresTokenStore::CheckEpoch(std::int64_t epoch) const {
  if (epoch == epoch_) return absl::OkStatus();
  return base::Error(base::Reason::kSignInFailed,
                     fmt::format("the sign-in of {} was changed meanwhile; the next run uses what "
                                 "it is now",
                                 key_.credential.ToString()));
}

template <typename Write>
absl::StatusOr<bool> PostgresTokenStore::Fenced(const Write& write) {
  bool written = false;
  SYNCLINE_RETURN_IF_ERROR(database_.RunTransaction([&](Transaction& transaction) -> absl::Status {
    SYNCLINE_ASSIGN_OR_RETURN(written, write(transaction));
    if (written) return absl::OkStatus();
    SYNCLINE_ASSIGN_OR_RETURN(const std::int64_t epoch,
                              store::FindTokenEpoch(transaction, key_.credential));
    return CheckEpoch(epoch);
  }));
  return written;
}

absl::StatusOr<store::OAuthTokenRow> PostgresTokenStore::ReadRow() {
  store::OAuthTokenRow row;
  SYNCLINE_RETURN_IF_ERROR(database_.RunTransaction([&](Transaction& transaction) -> absl::Status {
    SYNCLINE_ASSIGN_OR_RETURN(row, store::ReadOAuthToken(transaction, key_));
    return absl::OkStatus();
  }));
  SYNCLINE_RETURN_IF_ERROR(CheckEpoch(row.token_epoch));
  return row;
}

absl::StatusOr<auth::StoredTokens> PostgresTokenStore::Read() {
  SYNCLINE_ASSIGN_OR_RETURN(const store::OAuthTokenRow row, ReadRow());
  auth::StoredTokens tokens{.version = row.version,
                            .lifetime = row.lifetime,
                            .remaining = row.remaining,
                            .age = row.age,
                            .leased = row.leased,
                            .reauth_required = row.reauth_required,
                            .state_message = row.state_message};
  SYNCLINE_ASSIGN_OR_RETURN(tokens.access_token, Open(row.access, row.version, kAccess));
  SYNCLINE_ASSIGN_OR_RETURN(tokens.refresh_token, Open(row.refresh, row.version, kRefresh));
  return tokens;
}

absl::StatusOr<std::optional<TokenLease>> PostgresTokenStore::TakeLease(std::int64_t version) {
  TokenLease lease{.version = version, .owner = base::MakeUuidV7(clock_.Now(), random_)};
  SYNCLINE_ASSIGN_OR_RETURN(
      const bool taken, Fenced([&](Transaction& transaction) -> absl::StatusOr<bool> {
        SYNCLINE_ASSIGN_OR_RETURN(
            const std::optional<int> lost_attempts,
            store::TakeOAuthLease(transaction, key_, epoch_, RowLease(lease), kLeaseDuration));
        lease.lost_attempts = lost_attempts.value_or(0);
        return lost_attempts.has_value();
      }));
  if (!taken) return std::nullopt;
  return lease;
}

absl::StatusOr<PostgresTokenStore::Envelopes> PostgresTokenStore::Prepare(std::int64_t version) {
  SYNCLINE_ASSIGN_OR_RETURN(secret::Envelope access, sealer_.Prepare(ContextOf(version, kAccess)));
  SYNCLINE_ASSIGN_OR_RETURN(secret::Envelope refresh,
                            sealer_.Prepare(ContextOf(version, kRefresh)));
  return Envelopes{version, std::move(access), std::move(refresh)};
}

absl::StatusOr<bool> PostgresTokenStore::MarkAttempt(const TokenLease& lease) {
  SYNCLINE_ASSIGN_OR_RETURN(envelopes_, Prepare(lease.version + 1));
  return Fenced([&](Transaction& transaction) {
    return store::MarkOAuthAttempt(transaction, key_, RowLease(lease), kLeaseDuration);
  });
}

absl::StatusOr<bool> PostgresTokenStore::Store(const TokenLease& lease,
                                               const secret::Secret& access_token,
                                               const secret::Secret& refresh_token,
                                               std::optional<std::chrono::seconds> lifetime) {
  if (!envelopes_.has_value() || envelopes_->version != lease.version + 1) {
    SYNCLINE_ASSIGN_OR_RETURN(envelopes_, Prepare(lease.version + 1));
  }
  SYNCLINE_ASSIGN_OR_RETURN(const auto access, SealIn(envelopes_->access, access_token));
  SYNCLINE_ASSIGN_OR_RETURN(const auto refresh, SealIn(envelopes_->refresh, refresh_token));
  return Fenced([&](Transaction& transaction) {
    return store::StoreOAuthTokens(transaction, key_, RowLease(lease), access, refresh, lifetime);
  });
}

absl::Status PostgresTokenStore::Release(const TokenLease& lease) {
  return Fenced([&](Transaction& transaction) {
           return store::ReleaseOAuthLease(transaction, key_, RowLease(lease), lease.lost_attempts);
         })
      .status();
}

absl::StatusOr<bool> PostgresTokenStore::RequireReauthorization(const TokenLease& lease,
                                                                const std::string& message) {
  return Fenced([&](Transaction& transaction) {
    return store::RequireReauthorization(transaction, key_, RowLease(lease),
                                         Cut(message, kStateMessageBytesMax));
  });
}

absl::StatusOr<PostgresTokenStore::SealedConsent> PostgresTokenStore::SealConsent(
    const secret::Secret& access_token, const secret::Secret& refresh_token, base::Time sent,
    std::optional<std::chrono::seconds> lifetime) {
  SYNCLINE_ASSIGN_OR_RETURN(const store::OAuthTokenRow row, ReadRow());
  SealedConsent consent{.version = row.version + 1, .sent = sent, .lifetime = lifetime};
  SYNCLINE_ASSIGN_OR_RETURN(consent.access, Seal(access_token, consent.version, kAccess));
  SYNCLINE_ASSIGN_OR_RETURN(consent.refresh, Seal(refresh_token, consent.version, kRefresh));
  return consent;
}

absl::StatusOr<bool> PostgresTokenStore::Authorize(store::Transaction& transaction,
                                                   const SealedConsent& consent) {
  SYNCLINE_ASSIGN_OR_RETURN(const std::int64_t epoch,
                            store::FindTokenEpoch(transaction, key_.credential));
  SYNCLINE_RETURN_IF_ERROR(CheckEpoch(epoch));
  SYNCLINE_ASSIGN_OR_RETURN(const std::int64_t there, store::LockOAuthVersion(transaction, key_));
  if (there + 1 != consent.version) return false;
  SYNCLINE_RETURN_IF_ERROR(store::AuthorizeOAuthToken(transaction, key_, consent.version,
                                                      consent.access, consent.refresh, consent.sent,
                                                      consent.lifetime));
  return true;
}

}  // namespace syncline::credential
