#pragma once

#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <string>

#include "auth/token_store.h"
#include "base/status.h"
#include "tests/support/fake_clock.h"

namespace syncline::test {

// The row that InMemoryTokenStores share. Its clock is that of the "database".
struct InMemoryTokenRow {
  explicit InMemoryTokenRow(const base::Clock& the_clock) : clock(the_clock) {}

  const base::Clock& clock;
  std::mutex mutex;
  int epoch = 0;  // rises when the sign-in is changed, which forgets the rest
  std::int64_t version = 0;
  std::string access_token;
  std::string refresh_token;
  std::optional<std::chrono::seconds> lifetime;
  base::SteadyTime attempt_time{};
  base::SteadyTime issue_time{};
  std::string lease_owner;
  base::SteadyTime lease_until{};
  int lost_attempts = 0;
  bool reauth_required = false;
  std::string state_message;
  int lease_count = 0;
  std::atomic<int> read_count = 0;  // answers of Read, for tests that wait for one
  bool keys_away = false;           // tokens to come could not be stored
  absl::Status fault;               // what the next `fault_count` calls answer
  int fault_count = 0;

  void ChangeSignIn() {
    const std::lock_guard lock(mutex);
    ++epoch;
    version = 0;
    access_token.clear();
    refresh_token.clear();
    lease_owner.clear();
    lost_attempts = 0;
    reauth_required = false;
  }
};

// TokenStore over a row in memory, for tests of what stands on one.
class InMemoryTokenStore final : public auth::TokenStore {
 public:
  explicit InMemoryTokenStore(InMemoryTokenRow& row) : row_(row), epoch_(row.epoch) {}

  absl::StatusOr<auth::StoredTokens> Read() override {
    const std::lock_guard lock(row_.mutex);
    SYNCLINE_RETURN_IF_ERROR(Check());
    auth::StoredTokens tokens;
    tokens.version = row_.version;
    tokens.access_token = secret::Secret(row_.access_token);
    tokens.refresh_token = secret::Secret(row_.refresh_token);
    const base::SteadyTime now = row_.clock.SteadyNow();
    tokens.age = std::chrono::duration_cast<std::chrono::milliseconds>(now - row_.issue_time);
    if (row_.lifetime) {
      tokens.lifetime = *row_.lifetime;
      tokens.remaining = *tokens.lifetime - tokens.age;
    }
    tokens.leased = Leased();
    tokens.reauth_required = row_.reauth_required;
    tokens.state_message = row_.state_message;
    ++row_.read_count;
    row_.read_count.notify_all();
    return tokens;
  }

  absl::StatusOr<std::optional<auth::TokenLease>> TakeLease(std::int64_t version) override {
    const std::lock_guard lock(row_.mutex);
    SYNCLINE_RETURN_IF_ERROR(Check());
    if (row_.version != version || Leased() || row_.reauth_required) return std::nullopt;
    row_.lease_owner = fmt::format("lease {}", ++row_.lease_count);
    row_.lease_until = row_.clock.SteadyNow() + kLeaseDuration;
    return auth::TokenLease{version, row_.lease_owner, row_.lost_attempts};
  }

  absl::StatusOr<bool> MarkAttempt(const auth::TokenLease& lease) override {
    const std::lock_guard lock(row_.mutex);
    SYNCLINE_RETURN_IF_ERROR(Check());
    if (row_.keys_away) return base::Error(base::Reason::kKeyUnavailable, "the keys are away");
    if (!Owns(lease)) return false;
    ++row_.lost_attempts;
    row_.attempt_time = row_.clock.SteadyNow();
    row_.lease_until = row_.attempt_time + kLeaseDuration;
    return true;
  }

  absl::StatusOr<bool> Store(const auth::TokenLease& lease, const secret::Secret& access_token,
                             const secret::Secret& refresh_token,
                             std::optional<std::chrono::seconds> lifetime) override {
    const std::lock_guard lock(row_.mutex);
    SYNCLINE_RETURN_IF_ERROR(Check());
    if (!Owns(lease)) return false;
    ++row_.version;
    row_.access_token = access_token.Reveal();
    row_.refresh_token = refresh_token.Reveal();
    row_.lifetime = lifetime;
    row_.issue_time = row_.attempt_time;
    row_.lost_attempts = 0;
    row_.lease_owner.clear();
    return true;
  }

  absl::Status Release(const auth::TokenLease& lease) override {
    const std::lock_guard lock(row_.mutex);
    SYNCLINE_RETURN_IF_ERROR(Check());
    if (!Owns(lease)) return absl::OkStatus();
    row_.lost_attempts = lease.lost_attempts;
    row_.lease_owner.clear();
    return absl::OkStatus();
  }

  absl::StatusOr<bool> RequireReauthorization(const auth::TokenLease& lease,
                                              const std::string& message) override {
    const std::lock_guard lock(row_.mutex);
    SYNCLINE_RETURN_IF_ERROR(Check());
    if (!Owns(lease)) return false;
    row_.reauth_required = true;
    row_.state_message = message;
    row_.lease_owner.clear();
    return true;
  }

 private:
  absl::Status Check() const {
    if (row_.fault_count > 0) {
      --row_.fault_count;
      return row_.fault;
    }
    if (row_.epoch == epoch_) return absl::OkStatus();
    return base::Error(base::Reason::kSignInFailed, "the credential's sign-in was changed");
  }
  bool Leased() const {
    return !row_.lease_owner.empty() && row_.clock.SteadyNow() < row_.lease_until;
  }
  bool Owns(const auth::TokenLease& lease) const {
    return row_.version == lease.version && row_.lease_owner == lease.owner;
  }

  InMemoryTokenRow& row_;
  const int epoch_;
};

}  // namespace syncline::test
