#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "auth/allowed_hosts.h"
#include "auth/authenticator.h"
#include "auth/aws_clocks.h"
#include "auth/aws_error.h"
#include "auth/aws_security_token_service.h"
#include "auth/aws_signature.h"
#include "auth/known_secrets.h"
#include "syncline/v1/aws_authentication.pb.h"

namespace syncline::auth {

// AWS Signature Version 4 in headers, with the keys of the credential or those of roles that are
// assumed with them. Role keys live in memory only and are renewed before they end. Made per run,
// used by one thread at a time.
class AwsSigV4Authenticator final : public Authenticator {
 public:
  // Role keys that end sooner than this are renewed.
  static constexpr std::chrono::minutes kRenewBefore{5};

  // CREDENTIAL_CORRUPT without a secret; INVALID_ARGUMENT for an stsUrl that is no URL.
  static absl::StatusOr<std::unique_ptr<AwsSigV4Authenticator>> Make(
      v1::AwsAuthentication spec, AllowedHosts hosts, AwsKeys keys, const Environment& environment);

  // Also SIGN_IN_FAILED when a role is refused, or the host does not tell its region or service.
  absl::Status Apply(http::Request& request, std::stop_token stop) override;
  // Corrects the clock; drops role keys that the vendor calls expired.
  absl::StatusOr<bool> Renew(const http::Response& answer, std::stop_token stop) override;
  absl::StatusOr<bool> RenewRefused(const http::Response& answer, std::stop_token stop) override;
  bool Refuses(const http::Response& answer) const override { return IsAwsRefusal(answer); }
  // The roles in their order, then the own account; without roles one identity.
  int identity_count() const override;
  std::string IdentityName(int index) const override;
  void Select(int index) override;
  bool NamesHost(const http::Url& url) const override { return hosts_.Contains(url); }
  bool MayFollowRedirects() const override { return false; }
  void Strip(http::Url*) const override {}
  std::string Scrub(std::string text) const override;

 private:
  // A role on the way to the keys that sign, and what it yielded.
  struct Step {
    v1::AwsRole role;
    std::optional<AwsGrant> grant;
  };

  AwsSigV4Authenticator(v1::AwsAuthentication spec, AllowedHosts hosts, AwsKeys keys,
                        const Environment& environment, http::Url sts_url, std::string sts_region);

  absl::StatusOr<AwsScope> ScopeOf(const http::Url& url) const;
  // Those of the last step, renewed where they must be; the credential's own without steps.
  absl::StatusOr<const AwsKeys*> CurrentKeys(std::stop_token stop);
  bool IsFresh(const Step& step) const;

  const v1::AwsAuthentication spec_;  // without its secrets
  const AllowedHosts hosts_;
  const AwsKeys keys_;
  KnownSecrets known_;  // those of roles too, for as long as their pages are at work
  const base::Clock& clock_;
  AwsClocks clocks_;
  AwsSecurityTokenService sts_;
  std::vector<Step> steps_;
  std::string asked_host_;  // of the last request that was signed
};

}  // namespace syncline::auth
