#pragma once

#include <string>

#include "auth/allowed_hosts.h"
#include "auth/authenticator.h"
#include "secret/secret.h"

namespace syncline::auth {

// `Authorization: Basic …` with user and password in UTF-8 (RFC 7617).
class BasicAuthenticator final : public Authenticator {
 public:
  BasicAuthenticator(AllowedHosts hosts, std::string username, secret::Secret password);
  absl::Status Apply(http::Request& request, std::stop_token stop) override;
  bool NamesHost(const http::Url& url) const override { return hosts_.Contains(url); }
  void Strip(http::Url*) const override {}
  std::string Scrub(std::string text) const override;

 private:
  const AllowedHosts hosts_;
  const std::string username_;
  const secret::Secret password_;
  const secret::Secret encoded_;  // what follows "Basic "
};

}  // namespace syncline::auth
