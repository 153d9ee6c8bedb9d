#pragma once

#include <string>

#include "auth/allowed_hosts.h"
#include "auth/authenticator.h"
#include "auth/scrub.h"
#include "secret/secret.h"

namespace syncline::auth {

// `Authorization: Basic …` with user and password in UTF-8 (RFC 7617).
class BasicAuthenticator final : public Authenticator {
 public:
  // The user name is a secret where the vendor's key takes its place.
  enum class Username { kPublic, kSecret };
  BasicAuthenticator(AllowedHosts hosts, secret::Secret username, Username kind,
                     secret::Secret password);
  absl::Status Apply(http::Request& request, std::stop_token stop) override;
  bool NamesHost(const http::Url& url) const override { return hosts_.Contains(url); }
  void Strip(http::Url*) const override {}
  std::string Scrub(std::string text) const override { return scrubber_.Scrub(std::move(text)); }

 private:
  const AllowedHosts hosts_;
  const secret::Secret encoded_;  // what follows "Basic "
  Scrubber scrubber_;
};

}  // namespace syncline::auth
