#pragma once

#include <string>

#include "absl/status/status.h"
#include "http/message.h"
#include "secret/secret.h"
#include "syncline/v1/sign_in.pb.h"

namespace syncline::auth {

// One fixed token and where it goes in a request. Safe for concurrent use through const.
class PlacedToken {
 public:
  // `spec` is one that CheckApiToken accepts; its own token is not looked at.
  PlacedToken(const v1::ApiTokenAuthentication& spec, secret::Secret token);

  // INVALID_ARGUMENT for a body that cannot take it (SetBodyMember).
  absl::Status Put(http::Request* request) const;
  // Takes it back out of a URL.
  void Strip(http::Url* url) const;
  const secret::Secret& token() const { return token_; }

 private:
  v1::ApiTokenAuthentication::PlaceCase place_;
  std::string name_;
  std::string prefix_;
  secret::Secret token_;
};

// The name that the token's place has in `spec`: of the header, parameter, cookie or member.
const std::string& PlaceNameOf(const v1::ApiTokenAuthentication& spec);

}  // namespace syncline::auth
