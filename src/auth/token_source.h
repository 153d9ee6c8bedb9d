#pragma once

#include <cstdint>
#include <stop_token>

#include "absl/status/statusor.h"
#include "secret/secret.h"

namespace syncline::auth {

struct AccessToken {
  secret::Secret text;
  std::int64_t version = 0;  // rises with every refresh
};

// Hands out an access token that is good for now, whoever obtains it. Used by one thread at a time.
class TokenSource {
 public:
  virtual ~TokenSource() = default;
  // The errors of Authenticator::Apply; DATABASE_UNAVAILABLE.
  virtual absl::StatusOr<AccessToken> Get(std::stop_token stop) = 0;
  // The vendor refused the token of `version`: a newer one, obtained at most once per version.
  // SIGN_IN_FAILED when the vendor refuses a token that is new.
  virtual absl::StatusOr<AccessToken> Renew(std::int64_t version, std::stop_token stop) = 0;
};

}  // namespace syncline::auth
