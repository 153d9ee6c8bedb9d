#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "auth/authenticator.h"
#include "http/message.h"
#include "http/transport.h"

namespace syncline::pull {

// What one signed request showed about a credential; no field holds a secret.
struct SignInProbe {
  bool accepted = false;
  int status = 0;                           // of the vendor's answer; 0 = there was none
  std::string reason;                       // base::ReasonName of what went wrong, or ""
  std::string explanation;                  // for people
  std::vector<std::string> missing_scopes;  // that the vendor named; at most kScopesMax
  std::string body;                         // the beginning of the answer, where it was refused

  static constexpr std::size_t kScopesMax = 32;
};

// Signs a GET of `url` in the same way as a run and sends it once, or twice where the sign-in could
// be renewed in between. Blocking, within `limits`. Never fails: what goes wrong is the result.
SignInProbe ProbeSignIn(auth::Authenticator& authenticator, http::Transport& transport,
                        const http::Url& url, const http::TransportLimits& limits,
                        std::stop_token stop);

}  // namespace syncline::pull
