#pragma once

#include <functional>
#include <string>
#include <vector>

#include "auth/token_grant.h"

namespace syncline::test {

// A provider: what each exchange answers, and what it was asked with. Used by one thread at a time.
struct ScriptedProvider {
  std::function<absl::StatusOr<auth::GrantedTokens>(const std::string& refresh_token)> answer;
  std::vector<std::string> refresh_tokens;  // of each exchange, "" = none
  bool stoppable = false;                   // whether the last exchange could be broken off
};

// TokenGrant that asks a ScriptedProvider, which must outlive it.
class ScriptedTokenGrant final : public auth::TokenGrant {
 public:
  explicit ScriptedTokenGrant(ScriptedProvider& provider) : provider_(provider) {}
  absl::StatusOr<auth::GrantedTokens> Obtain(const secret::Secret& refresh_token,
                                             std::stop_token stop) override {
    const std::string sent(refresh_token.Reveal());
    provider_.refresh_tokens.push_back(sent);
    provider_.stoppable = stop.stop_possible();
    return provider_.answer(sent);
  }

 private:
  ScriptedProvider& provider_;
};

}  // namespace syncline::test
