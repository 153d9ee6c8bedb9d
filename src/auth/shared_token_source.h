#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>

#include "absl/status/statusor.h"
#include "auth/token_grant.h"
#include "auth/token_source.h"
#include "auth/token_store.h"
#include "base/clock.h"
#include "base/random.h"

namespace syncline::auth {

// TokenSource over the row that the whole fleet shares: whoever finds the token near its end takes
// the lease and asks the provider, outside of any transaction; the others wait for the row to move.
// Keeps the token in memory until it has to be renewed. Made per run; used by one thread at a time;
// clock and random must outlive it.
//
// Answers within kPatience, or by the end that it was made with, and one exchange with the
// provider, or says why not.
class SharedTokenSource final : public TokenSource {
 public:
  // How long to wait for another's refresh: its lease and what comes after.
  static constexpr std::chrono::milliseconds kPatience{60'000};
  static constexpr std::chrono::milliseconds kPollMin{100};
  static constexpr std::chrono::milliseconds kPollMax{1'000};
  // For storing what the provider granted while the database is away; ends before the lease does.
  static constexpr std::chrono::milliseconds kStorePatience{20'000};
  // Requests with one refresh token whose outcome was lost: the first, and one that retries with
  // it, for some providers accept the one before the newest for a while.
  static constexpr int kLostAttemptsMax = 2;

  enum class Renewal {
    kByItself,        // anew from what is configured: an attempt that is lost costs nothing
    kByRefreshToken,  // the provider may take it once only: no attempt may be lost
  };
  // `give_up`: another's refresh is waited for no longer than until then, whatever kPatience
  // allows.
  SharedTokenSource(std::shared_ptr<TokenStore> store, std::unique_ptr<TokenGrant> grant,
                    const base::Clock& clock, base::Random& random, Renewal renewal,
                    base::SteadyTime give_up = base::SteadyTime::max());

  absl::StatusOr<AccessToken> Get(std::stop_token stop) override;
  absl::StatusOr<AccessToken> Renew(std::int64_t version, std::stop_token stop) override;

 private:
  // One turn at the provider: what the row held when the lease was taken. Absent answers of what
  // takes it: look at the row again, now.
  struct Turn {
    const TokenLease& lease;
    const StoredTokens& tokens;
    std::int64_t refused;
  };
  // Another's refresh goes on; the error when nobody waits for it any more at `now`.
  absl::Status CheckPatience(base::SteadyTime begun, base::SteadyTime now) const;
  // A token above version `refused`, from the row or from the provider.
  absl::StatusOr<AccessToken> Obtain(std::int64_t refused, std::stop_token stop);
  absl::StatusOr<std::optional<AccessToken>> Refresh(const Turn& turn, std::stop_token stop);
  absl::StatusOr<std::optional<AccessToken>> Keep(const Turn& turn, const GrantedTokens& granted,
                                                  base::SteadyTime sent, std::stop_token stop);
  absl::StatusOr<std::optional<AccessToken>> Fail(const Turn& turn, const absl::Status& status);
  absl::StatusOr<std::optional<AccessToken>> EndForGood(const Turn& turn,
                                                        const std::string& message);
  AccessToken Hold(std::int64_t version, const secret::Secret& text, base::SteadyTime until);
  AccessToken Held() const { return {held_.text.Clone(), held_.version}; }

  const std::shared_ptr<TokenStore> store_;
  const std::unique_ptr<TokenGrant> grant_;
  const base::Clock& clock_;
  base::Random& random_;
  const Renewal renewal_;
  const base::SteadyTime give_up_;
  AccessToken held_;  // empty = none
  base::SteadyTime held_until_{};
};

}  // namespace syncline::auth
