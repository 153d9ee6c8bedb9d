#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "secret/secret.h"

namespace syncline::auth {

// What is kept of one sign-in. Durations are measured by the store's clock when it was read, never
// by that of whoever reads: replicas' clocks differ.
struct StoredTokens {
  std::int64_t version = 0;      // rises with every refresh; 0 = none was ever obtained
  secret::Secret access_token;   // empty = none
  secret::Secret refresh_token;  // empty = none
  std::optional<std::chrono::milliseconds> lifetime;   // as granted; absent = nobody knows
  std::optional<std::chrono::milliseconds> remaining;  // of lifetime; may be negative
  std::chrono::milliseconds age{0};                    // since its request was sent
  bool leased = false;                                 // somebody is asking the provider
  bool reauth_required = false;
  std::string state_message;  // why, for people
};

// The right to ask the provider. Who stalls past its end may lose it to another, and then finds its
// writes refused.
struct TokenLease {
  std::int64_t version = 0;  // of the tokens that are to be replaced
  std::string owner;         // of this lease alone
  // Requests that were sent with these tokens and whose outcome nobody stored: whoever sent them
  // died before it could.
  int lost_attempts = 0;
};

// Where the whole fleet keeps the tokens of one sign-in of one credential: one row, versioned and
// leased, so that there is one refresh whoever asks (reliability.md 3.3). Every call is a
// transaction of its own. Used by one thread at a time; any number of stores may work on one row.
// DATABASE_UNAVAILABLE, DATABASE_CONFLICT, KEY_UNAVAILABLE, CREDENTIAL_CORRUPT; NOT_FOUND when the
// credential is gone; SIGN_IN_FAILED when its sign-in was changed since the store was made.
class TokenStore {
 public:
  static constexpr std::chrono::seconds kLeaseDuration{45};

  virtual ~TokenStore() = default;
  virtual absl::StatusOr<StoredTokens> Read() = 0;
  // Compare-and-set: absent when the row is not at `version`, is leased, or wants a person.
  virtual absl::StatusOr<std::optional<TokenLease>> TakeLease(std::int64_t version) = 0;
  // To be called before the provider is. Makes sure that what it grants can be stored; else
  // KEY_UNAVAILABLE, and the provider is not to be asked. Leaves the mark of an attempt, by which a
  // successor learns of a crash, and the instant from which a lifetime counts. From here on the
  // lease lasts for kLeaseDuration. False when the lease is lost.
  virtual absl::StatusOr<bool> MarkAttempt(const TokenLease& lease) = 0;
  // Takes the provider's tokens in, as version + 1, and gives the lease back. An empty refresh
  // token: there is none any more. False when the lease is lost: nothing was stored.
  virtual absl::StatusOr<bool> Store(const TokenLease& lease, const secret::Secret& access_token,
                                     const secret::Secret& refresh_token,
                                     std::optional<std::chrono::seconds> lifetime) = 0;
  // Gives the lease back after an attempt that changed nothing, and takes its mark away. A lost
  // lease is no error.
  virtual absl::Status Release(const TokenLease& lease) = 0;
  // Only a person can help: the credential's state says so, and the schedules that use this sign-in
  // pause. False when the lease is lost.
  virtual absl::StatusOr<bool> RequireReauthorization(const TokenLease& lease,
                                                      const std::string& message) = 0;
};

}  // namespace syncline::auth
