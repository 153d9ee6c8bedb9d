#pragma once

#include <string>

#include "auth/allowed_hosts.h"
#include "auth/authenticator.h"
#include "secret/secret.h"

namespace syncline::auth {

// A fixed token in a header or a query parameter, behind an optional prefix ("Bearer ").
class ApiTokenAuthenticator final : public Authenticator {
 public:
  enum class Place { kHeader, kQuery };
  // `name` is the header's or the parameter's.
  ApiTokenAuthenticator(AllowedHosts hosts, Place place, std::string name, std::string prefix,
                        secret::Secret token);
  absl::Status Apply(http::Request& request, std::stop_token stop) override;
  bool NamesHost(const http::Url& url) const override { return hosts_.Contains(url); }
  void Strip(http::Url* url) const override;
  std::string Scrub(std::string text) const override;

 private:
  const AllowedHosts hosts_;
  const Place place_;
  const std::string name_;
  const std::string prefix_;
  const secret::Secret token_;
};

}  // namespace syncline::auth
