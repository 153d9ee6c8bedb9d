#include "auth/own_token_source.h"

#include <utility>

#include "auth/token_life.h"
#include "base/status.h"

namespace syncline::auth {
absl::Status OwnTokenSource::Refresh(std::stop_token stop) {
  const base::SteadyTime sent = clock_.SteadyNow();
  auto granted = grant_->Obtain(tokens_.refresh_token, std::move(stop));
  if (!granted.ok()) return granted.status();
  if (granted->refresh_token.empty()) {  // the one that was sent stays good (RFC 6749 6)
    granted->refresh_token = std::move(tokens_.refresh_token);
  }
  tokens_ = *std::move(granted);
  ++version_;
  sent_ = sent;
  return absl::OkStatus();
}

absl::StatusOr<AccessToken> OwnTokenSource::Get(std::stop_token stop) {
  if (version_ == 0) {
    SYNCLINE_RETURN_IF_ERROR(Refresh(std::move(stop)));
    return Held();
  }
  if (!tokens_.lifetime.has_value()) return Held();
  const base::SteadyTime now = clock_.SteadyNow();
  const base::SteadyTime end = sent_ + *tokens_.lifetime;
  if (now < end - TokenMargin(*tokens_.lifetime)) return Held();
  const bool is_in_reserve = now + kTokenReserve <= end;
  if (is_in_reserve && now < ask_from_) return Held();
  const absl::Status status = Refresh(std::move(stop));
  if (status.ok()) return Held();
  if (!is_in_reserve || !IsProviderTrouble(base::ReasonOf(status))) return status;
  ask_from_ = clock_.SteadyNow() + kPause;
  return Held();
}

absl::StatusOr<AccessToken> OwnTokenSource::Renew(std::int64_t version, std::stop_token stop) {
  if (version < version_) return Held();
  if (version_ > 0 && clock_.SteadyNow() - sent_ < kTokenNewAge) {
    return base::Error(base::Reason::kSignInFailed,
                       "The vendor refuses an access token that was obtained just now; check what "
                       "it is allowed to do (scopes, audience, resources)");
  }
  SYNCLINE_RETURN_IF_ERROR(Refresh(std::move(stop)));
  return Held();
}

}  // namespace syncline::auth
