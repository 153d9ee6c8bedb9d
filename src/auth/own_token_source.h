#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "auth/token_grant.h"
#include "auth/token_source.h"
#include "base/clock.h"

namespace syncline::auth {

// Keeps what it obtained in memory, for where no store is: previews, tests. Made per run; used by
// one thread at a time; the clock must outlive it.
class OwnTokenSource final : public TokenSource {
 public:
  // A provider in trouble is not asked again for this long.
  static constexpr std::chrono::milliseconds kPause{10'000};

  OwnTokenSource(std::unique_ptr<TokenGrant> grant, const base::Clock& clock)
      : grant_(std::move(grant)), clock_(clock) {}

  absl::StatusOr<AccessToken> Get(std::stop_token stop) override;
  absl::StatusOr<AccessToken> Renew(std::int64_t version, std::stop_token stop) override;

 private:
  absl::Status Refresh(std::stop_token stop);
  AccessToken Held() const { return {tokens_.access_token.Clone(), version_}; }

  const std::unique_ptr<TokenGrant> grant_;
  const base::Clock& clock_;
  GrantedTokens tokens_;      // the refresh token is the newest known
  std::int64_t version_ = 0;  // 0 = none yet
  base::SteadyTime sent_{};
  base::SteadyTime ask_from_{};  // after a failure: no earlier
};

}  // namespace syncline::auth
