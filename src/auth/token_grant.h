#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "secret/secret.h"

namespace syncline::auth {

// What a token endpoint granted (RFC 6749 5.1).
struct GrantedTokens {
  secret::Secret access_token;
  secret::Secret refresh_token;  // empty = none came: the one that was sent stays good
  // From when the request was sent; absent = the answer does not say.
  std::optional<std::chrono::seconds> lifetime;
};

// One way to obtain tokens: exactly one exchange with the provider per call, no retry, nothing
// kept. Used by one thread at a time.
class TokenGrant {
 public:
  virtual ~TokenGrant() = default;
  // `refresh_token` is the newest that is known, or empty. REAUTH_REQUIRED (invalid_grant, or a
  // person's consent is missing), SIGN_IN_FAILED (the provider refuses the client, or its answer is
  // none), what the transport says, VENDOR_ERROR and VENDOR_THROTTLED for what may pass by itself.
  virtual absl::StatusOr<GrantedTokens> Obtain(const secret::Secret& refresh_token,
                                               std::stop_token stop) = 0;
};

}  // namespace syncline::auth
