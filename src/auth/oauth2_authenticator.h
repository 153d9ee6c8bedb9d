#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "auth/allowed_hosts.h"
#include "auth/authenticator.h"
#include "auth/known_secrets.h"
#include "auth/token_source.h"
#include "syncline/v1/oauth2_authentication.pb.h"

namespace syncline::auth {

// Sends an access token with every request (RFC 6750), wherever it comes from. A 401 renews it,
// once per token; a 403 never does, for it tells of permissions.
class OAuth2Authenticator final : public Authenticator {
 public:
  // `known` may be shared with the client that obtains the tokens.
  OAuth2Authenticator(AllowedHosts hosts, const v1::TokenPlacement& placement,
                      std::unique_ptr<TokenSource> source, std::shared_ptr<KnownSecrets> known);

  absl::Status Apply(http::Request& request, std::stop_token stop) override;
  absl::StatusOr<bool> Renew(const http::Response& response, std::stop_token stop) override;
  absl::StatusOr<bool> RenewRefused(const http::Response& response, std::stop_token stop) override;
  bool NamesHost(const http::Url& url) const override { return hosts_.Contains(url); }
  void Strip(http::Url* url) const override;
  std::string Scrub(std::string text) const override { return known_->Scrub(std::move(text)); }

 private:
  const AllowedHosts hosts_;
  const bool in_query_;
  const std::string name_;  // of the header or the parameter
  const std::string prefix_;
  const std::unique_ptr<TokenSource> source_;
  const std::shared_ptr<KnownSecrets> known_;
  std::int64_t sent_version_ = -1;  // of the token that Apply placed last
};

// The kind `oauth2`: from the token store of `environment`, or with tokens of its own. The errors
// of MakeTokenGrant.
absl::StatusOr<std::unique_ptr<Authenticator>> MakeOAuth2Authenticator(
    const v1::OAuth2Authentication& spec, AllowedHosts hosts, const SecretMap& secrets,
    const Environment& environment);

}  // namespace syncline::auth
