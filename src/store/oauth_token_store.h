#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "model/resource_name.h"
#include "secret/sealer.h"
#include "store/database.h"

namespace syncline::store {

// Rows of syncline.oauth_token. Every function works inside the caller's transaction and keeps no
// state. Tokens come and go sealed (I5).

struct OAuthTokenKey {
  model::CredentialName credential;
  std::string alternative;  // "" = the credential's own kind
};

struct OAuthTokenRow {
  std::int64_t token_epoch = 0;  // of the credential
  std::int64_t version = 0;      // 0 = no row
  std::optional<secret::Sealed> access;
  std::optional<secret::Sealed> refresh;
  // By the database's clock.
  std::optional<std::chrono::milliseconds> lifetime;
  std::optional<std::chrono::milliseconds> remaining;
  std::chrono::milliseconds age{0};
  bool leased = false;
  bool reauth_required = false;
  std::string state_message;
};

// NOT_FOUND when there is no such credential.
absl::StatusOr<OAuthTokenRow> ReadOAuthToken(Transaction& transaction, const OAuthTokenKey& key);
// How often the credential's sign-in has changed. NOT_FOUND.
absl::StatusOr<std::int64_t> FindTokenEpoch(Transaction& transaction,
                                            const model::CredentialName& name);

// What a lease answers to.
struct OAuthLease {
  std::int64_t version = 0;
  std::string owner;  // UUID
};

// The number of attempts that were lost, or absent: not at this version, leased, in need of a
// person, or not of this epoch.
absl::StatusOr<std::optional<int>> TakeOAuthLease(Transaction& transaction,
                                                  const OAuthTokenKey& key, std::int64_t epoch,
                                                  const OAuthLease& lease,
                                                  std::chrono::milliseconds duration);
// The rest answer false when the lease is lost: nothing was written.
// The lease lasts for `duration` from here.
absl::StatusOr<bool> MarkOAuthAttempt(Transaction& transaction, const OAuthTokenKey& key,
                                      const OAuthLease& lease, std::chrono::milliseconds duration);
absl::StatusOr<bool> StoreOAuthTokens(Transaction& transaction, const OAuthTokenKey& key,
                                      const OAuthLease& lease,
                                      const std::optional<secret::Sealed>& access,
                                      const std::optional<secret::Sealed>& refresh,
                                      std::optional<std::chrono::seconds> lifetime);
absl::StatusOr<bool> ReleaseOAuthLease(Transaction& transaction, const OAuthTokenKey& key,
                                       const OAuthLease& lease, int attempt_count);
// Also pauses the schedules of the integrations that sign in with it.
absl::StatusOr<bool> RequireReauthorization(Transaction& transaction, const OAuthTokenKey& key,
                                            const OAuthLease& lease, const std::string& message);

// The version that is there, its row locked; 0 = no row. The caller locked the credential, so that
// nobody makes one.
absl::StatusOr<std::int64_t> LockOAuthVersion(Transaction& transaction, const OAuthTokenKey& key);
// What a consent brought, as `version`, whatever was there. The caller locked both.
absl::Status AuthorizeOAuthToken(Transaction& transaction, const OAuthTokenKey& key,
                                 std::int64_t version, const std::optional<secret::Sealed>& access,
                                 const std::optional<secret::Sealed>& refresh, base::Time sent,
                                 std::optional<std::chrono::seconds> lifetime);
// The sign-in changed: tokens and consents under way go, and nobody stores one for it any more. The
// caller locked the credential.
absl::Status ForgetOAuthTokens(Transaction& transaction, const model::CredentialName& name);
// What a token is asked for changed: access tokens are renewed before they are used again.
absl::Status ExpireOAuthAccess(Transaction& transaction, const model::CredentialName& name);

// Schedules that were paused because the sign-in wanted a person, their rows locked. Absent
// alternative: of every sign-in of the credential.
absl::StatusOr<std::vector<model::ScheduleName>> PausedForReauthorization(
    Transaction& transaction, const model::CredentialName& name,
    const std::optional<std::string>& alternative);
// REAUTH_REQUIRED when the sign-in wants a person.
absl::Status CheckAuthorized(Transaction& transaction, const OAuthTokenKey& key);

}  // namespace syncline::store
