#include "auth/shared_token_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "auth/token_life.h"
#include "base/status.h"
#include "http/backoff.h"

namespace syncline::auth {
namespace {

using base::Reason;
using std::chrono::milliseconds;

constexpr http::Backoff kStoreBackoff{.base = milliseconds(200), .max = milliseconds(5'000)};

// How long the token serves from when it was read; absent = until the vendor refuses it.
std::optional<milliseconds> ServesFor(const StoredTokens& tokens) {
  if (!tokens.remaining.has_value()) return std::nullopt;
  return *tokens.remaining - TokenMargin(tokens.lifetime.value_or(milliseconds(0)));
}

bool Serves(const StoredTokens& tokens, std::int64_t refused) {
  if (tokens.access_token.empty() || tokens.version <= refused) return false;
  const auto serves_for = ServesFor(tokens);
  return !serves_for.has_value() || *serves_for > milliseconds(0);
}

base::SteadyTime EndFrom(base::SteadyTime from, std::optional<milliseconds> duration) {
  return duration.has_value() ? from + *duration : base::SteadyTime::max();
}

absl::Status ReauthRequired(const std::string& message) {
  return base::Error(
      Reason::kReauthRequired,
      fmt::format("{}; authorize the credential anew, or store new secret parts", message));
}

bool OfDatabase(Reason reason) {
  return reason == Reason::kDatabaseUnavailable || reason == Reason::kDatabaseConflict ||
         reason == Reason::kStorageFull;
}

}  // namespace

SharedTokenSource::SharedTokenSource(std::shared_ptr<TokenStore> store,
                                     std::unique_ptr<TokenGrant> grant, const base::Clock& clock,
                                     base::Random& random, Renewal renewal,
                                     base::SteadyTime give_up)
    : store_(std::move(store)),
      grant_(std::move(grant)),
      clock_(clock),
      random_(random),
      renewal_(renewal),
      give_up_(give_up) {}

absl::StatusOr<AccessToken> SharedTokenSource::Get(std::stop_token stop) {
  if (!held_.text.empty() && clock_.SteadyNow() < held_until_) return Held();
  return Obtain(-1, std::move(stop));
}

absl::StatusOr<AccessToken> SharedTokenSource::Renew(std::int64_t version, std::stop_token stop) {
  return Obtain(version, std::move(stop));
}

absl::Status SharedTokenSource::CheckPatience(base::SteadyTime begun, base::SteadyTime now) const {
  if (now >= give_up_) {
    return base::Error(Reason::kDeadlineExceeded,
                       "another worker refreshes the access token, and no time is left to wait for "
                       "it");
  }
  if (now < begun + kPatience) return absl::OkStatus();
  return base::Error(
      Reason::kVendorTimeout,
      fmt::format("another worker's refresh of the access token did not end within {} s",
                  kPatience / std::chrono::seconds(1)));
}

absl::StatusOr<AccessToken> SharedTokenSource::Obtain(std::int64_t refused, std::stop_token stop) {
  const base::SteadyTime begun = clock_.SteadyNow();
  for (milliseconds poll = kPollMin;; poll = std::min(poll * 2, kPollMax)) {
    const base::SteadyTime read = clock_.SteadyNow();  // before, so that no clock gains time
    SYNCLINE_ASSIGN_OR_RETURN(const StoredTokens tokens, store_->Read());
    if (tokens.reauth_required) return ReauthRequired(tokens.state_message);
    if (Serves(tokens, refused)) {
      return Hold(tokens.version, tokens.access_token, EndFrom(read, ServesFor(tokens)));
    }
    if (tokens.version == refused && tokens.age < kTokenNewAge) {
      return base::Error(Reason::kSignInFailed,
                         "the vendor refuses an access token that was issued just now; see whether "
                         "its scopes and audience are those that the vendor wants");
    }
    if (!tokens.leased) {
      SYNCLINE_ASSIGN_OR_RETURN(const std::optional<TokenLease> lease,
                                store_->TakeLease(tokens.version));
      if (lease.has_value()) {
        SYNCLINE_ASSIGN_OR_RETURN(std::optional<AccessToken> token,
                                  Refresh({*lease, tokens, refused}, stop));
        if (token.has_value()) return *std::move(token);
      }
    }
    const base::SteadyTime now = clock_.SteadyNow();
    SYNCLINE_RETURN_IF_ERROR(CheckPatience(begun, now));
    const std::chrono::nanoseconds jitter = std::chrono::duration_cast<std::chrono::nanoseconds>(
        poll * (0.75 + random_.Fraction() / 2));
    if (!clock_.WaitFor(std::min<std::chrono::nanoseconds>(jitter, give_up_ - now), stop)) {
      return base::Error(Reason::kCancelled, "stopped while another worker refreshed the token");
    }
  }
}

absl::StatusOr<std::optional<AccessToken>> SharedTokenSource::Refresh(const Turn& turn,
                                                                      std::stop_token stop) {
  if (renewal_ == Renewal::kByRefreshToken && turn.lease.lost_attempts >= kLostAttemptsMax) {
    return EndForGood(turn, fmt::format("{} refreshes ended in a crash before their answer was "
                                        "stored, so the newest refresh token may be lost",
                                        turn.lease.lost_attempts));
  }
  const absl::StatusOr<bool> marked = store_->MarkAttempt(turn.lease);
  if (!marked.ok()) return Fail(turn, marked.status());
  if (!*marked) return std::nullopt;
  // An exchange that was broken off would lose the token it brings: a stop waits for its end.
  if (renewal_ == Renewal::kByRefreshToken) stop = std::stop_token();
  const base::SteadyTime sent = clock_.SteadyNow();
  absl::StatusOr<GrantedTokens> granted = grant_->Obtain(turn.tokens.refresh_token, stop);
  if (!granted.ok()) return Fail(turn, granted.status());
  // RFC 6749 6: without a new one, the old one stays good.
  if (granted->refresh_token.empty()) granted->refresh_token = turn.tokens.refresh_token.Clone();
  return Keep(turn, *granted, sent, stop);
}

absl::StatusOr<std::optional<AccessToken>> SharedTokenSource::Keep(const Turn& turn,
                                                                   const GrantedTokens& granted,
                                                                   base::SteadyTime sent,
                                                                   std::stop_token stop) {
  const base::SteadyTime give_up = clock_.SteadyNow() + kStorePatience;
  for (int attempt = 1;; ++attempt) {
    const absl::StatusOr<bool> stored =
        store_->Store(turn.lease, granted.access_token, granted.refresh_token, granted.lifetime);
    // False also when an earlier try took effect and its answer was lost: the row tells.
    if (stored.ok() && !*stored) return std::nullopt;
    if (stored.ok()) {
      std::optional<milliseconds> serves_for;
      if (granted.lifetime) serves_for = *granted.lifetime - TokenMargin(*granted.lifetime);
      return Hold(turn.lease.version + 1, granted.access_token, EndFrom(sent, serves_for));
    }
    const auto delay = http::DelayAfter(kStoreBackoff, attempt, std::nullopt, random_.Fraction());
    if (!OfDatabase(base::ReasonOf(stored.status())) || clock_.SteadyNow() + delay > give_up) {
      return stored.status();
    }
    if (!clock_.WaitFor(delay, stop)) {
      return base::Error(Reason::kCancelled, "stopped while a token waited to be stored");
    }
  }
}

absl::StatusOr<std::optional<AccessToken>> SharedTokenSource::Fail(const Turn& turn,
                                                                   const absl::Status& status) {
  const Reason reason = base::ReasonOf(status);
  if (reason == Reason::kReauthRequired) {
    // A sibling may have used the refresh token before us (RFC 6749 5.2 speaks of the one that we
    // sent): then its tokens are the good ones.
    SYNCLINE_ASSIGN_OR_RETURN(const StoredTokens now, store_->Read());
    if (now.version != turn.lease.version) return std::nullopt;
    return EndForGood(turn, base::MessageOf(status));
  }
  // A release that fails is made up for by the end of the lease.
  (void)store_->Release(turn.lease);
  const StoredTokens& old = turn.tokens;
  if (IsProviderTrouble(reason) && old.version > turn.refused && !old.access_token.empty() &&
      old.remaining > 2 * kTokenReserve) {
    return Hold(old.version, old.access_token, clock_.SteadyNow() + kTokenReserve);
  }
  return status;
}

absl::StatusOr<std::optional<AccessToken>> SharedTokenSource::EndForGood(
    const Turn& turn, const std::string& message) {
  SYNCLINE_ASSIGN_OR_RETURN(const bool done, store_->RequireReauthorization(turn.lease, message));
  if (!done) return std::nullopt;
  return ReauthRequired(message);
}

AccessToken SharedTokenSource::Hold(std::int64_t version, const secret::Secret& text,
                                    base::SteadyTime until) {
  held_ = {text.Clone(), version};
  held_until_ = until;
  return Held();
}

}  // namespace syncline::auth
