#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "model/resource_name.h"
#include "secret/sealer.h"
#include "store/database.h"

namespace syncline::store {

// Rows of syncline.oauth_authorization: consents that were begun. Every function works inside the
// caller's transaction and keeps no state. A row is found by the SHA-256 of what the client holds,
// so that who reads the table can complete nothing.

// Consents of one credential that may be under way; the oldest give way.
inline constexpr int kAuthorizationsMax = 16;

struct OAuthAuthorization {
  std::string alternative;
  std::int64_t token_epoch = 0;  // of the credential when it was begun
  std::string redirect_uri;      // "" with a device code
  std::chrono::seconds poll_interval{0};
  secret::Sealed sealed;  // the PKCE verifier, or the device code
};

// Answers with the instant of its end.
absl::StatusOr<base::Time> InsertAuthorization(Transaction& transaction,
                                               const model::CredentialName& name,
                                               std::string_view state_hash,
                                               const OAuthAuthorization& authorization,
                                               std::chrono::seconds lifetime);
// Takes it away, so that it serves once. Absent when there is none, or it has ended.
absl::StatusOr<std::optional<OAuthAuthorization>> TakeAuthorization(
    Transaction& transaction, const model::CredentialName& name, std::string_view state_hash);
absl::StatusOr<std::optional<OAuthAuthorization>> FindAuthorization(
    Transaction& transaction, const model::CredentialName& name, std::string_view state_hash);
absl::Status SetPollInterval(Transaction& transaction, const model::CredentialName& name,
                             std::string_view state_hash, std::chrono::seconds interval);

}  // namespace syncline::store
