#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "auth/token_store.h"
#include "base/clock.h"
#include "base/random.h"
#include "secret/sealer.h"
#include "store/oauth_token_store.h"

namespace syncline::credential {

// TokenStore on a row of syncline.oauth_token. Each token is sealed with the context
// "token/v1|workspace|credential|alternative|epoch|version|field", so that one that was moved to
// another row, or an old one that was put back, does not open. Made per run; the references must
// outlive it. The keys of the tokens to come are wrapped when an attempt is marked: what a provider
// then grants can be sealed whatever becomes of the key service.
class PostgresTokenStore final : public auth::TokenStore {
 public:
  // `epoch`: store::FindTokenEpoch of the transaction that opened the credential's secret parts.
  PostgresTokenStore(store::Database& database, secret::Sealer& sealer, const base::Clock& clock,
                     base::Random& random, store::OAuthTokenKey key, std::int64_t epoch)
      : database_(database),
        sealer_(sealer),
        clock_(clock),
        random_(random),
        key_(std::move(key)),
        epoch_(epoch) {}

  absl::StatusOr<auth::StoredTokens> Read() override;
  absl::StatusOr<std::optional<auth::TokenLease>> TakeLease(std::int64_t version) override;
  absl::StatusOr<bool> MarkAttempt(const auth::TokenLease& lease) override;
  absl::StatusOr<bool> Store(const auth::TokenLease& lease, const secret::Secret& access_token,
                             const secret::Secret& refresh_token,
                             std::optional<std::chrono::seconds> lifetime) override;
  absl::Status Release(const auth::TokenLease& lease) override;
  absl::StatusOr<bool> RequireReauthorization(const auth::TokenLease& lease,
                                              const std::string& message) override;

  // What a person's consent brought, sealed for the version that comes next. No field is secret.
  struct SealedConsent {
    std::int64_t version = 0;
    std::optional<secret::Sealed> access;
    std::optional<secret::Sealed> refresh;
    base::Time sent;
    std::optional<std::chrono::seconds> lifetime;
  };
  // May wait for a key service: never call it in a transaction. KEY_UNAVAILABLE, and what Read
  // fails with.
  absl::StatusOr<SealedConsent> SealConsent(const secret::Secret& access_token,
                                            const secret::Secret& refresh_token, base::Time sent,
                                            std::optional<std::chrono::seconds> lifetime);
  // Puts it in place of what is there; the credential is ACTIVE again. In the caller's transaction,
  // which locked the credential and goes on with its schedules. False, and nothing is written, when
  // another version came meanwhile: seal anew.
  absl::StatusOr<bool> Authorize(store::Transaction& transaction, const SealedConsent& consent);

  // Messages for people are cut there.
  static constexpr std::size_t kStateMessageBytesMax = 1'024;

 private:
  // Data keys for the tokens of one version.
  struct Envelopes {
    std::int64_t version;
    secret::Envelope access;
    secret::Envelope refresh;
  };
  absl::StatusOr<Envelopes> Prepare(std::int64_t version);
  absl::StatusOr<std::optional<secret::Sealed>> Seal(const secret::Secret& token,
                                                     std::int64_t version, std::string_view field);
  absl::StatusOr<secret::Secret> Open(const std::optional<secret::Sealed>& sealed,
                                      std::int64_t version, std::string_view field);
  std::string ContextOf(std::int64_t version, std::string_view field) const;
  absl::Status CheckEpoch(std::int64_t epoch) const;
  absl::StatusOr<store::OAuthTokenRow> ReadRow();
  // Runs one fenced write; where it found nothing, tells a lost lease from a changed sign-in.
  template <typename Write>
  absl::StatusOr<bool> Fenced(const Write& write);

  store::Database& database_;
  secret::Sealer& sealer_;
  const base::Clock& clock_;
  base::Random& random_;
  const store::OAuthTokenKey key_;
  const std::int64_t epoch_;
  std::optional<Envelopes> envelopes_;  // of the attempt that was marked last
};

}  // namespace syncline::credential
