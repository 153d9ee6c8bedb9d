#pragma once

#include <string>
#include <utility>

#include "auth/allowed_hosts.h"
#include "auth/authenticator.h"

namespace syncline::auth {

// Leaves requests as they are: with no secret at stake any host may be asked.
class NoAuthenticator final : public Authenticator {
 public:
  explicit NoAuthenticator(AllowedHosts hosts) : hosts_(std::move(hosts)) {}
  absl::Status Apply(http::Request&, std::stop_token) override { return absl::OkStatus(); }
  bool NamesHost(const http::Url& url) const override { return hosts_.Contains(url); }
  void Strip(http::Url*) const override {}
  std::string Scrub(std::string text) const override { return text; }

 private:
  const AllowedHosts hosts_;
};

}  // namespace syncline::auth
