#pragma once

#include <string>
#include <vector>

#include "auth/allowed_hosts.h"
#include "auth/authenticator.h"
#include "auth/placed_token.h"
#include "auth/scrub.h"

namespace syncline::auth {

// One or several fixed tokens, each at its place: header, query parameter, cookie or body.
class ApiTokenAuthenticator final : public Authenticator {
 public:
  ApiTokenAuthenticator(AllowedHosts hosts, std::vector<PlacedToken> tokens);
  // Also INVALID_ARGUMENT for a body that cannot take the token.
  absl::Status Apply(http::Request& request, std::stop_token stop) override;
  bool NamesHost(const http::Url& url) const override { return hosts_.Contains(url); }
  void Strip(http::Url* url) const override;
  std::string Scrub(std::string text) const override { return scrubber_.Scrub(std::move(text)); }

 private:
  const AllowedHosts hosts_;
  const std::vector<PlacedToken> tokens_;
  Scrubber scrubber_;
};

}  // namespace syncline::auth
