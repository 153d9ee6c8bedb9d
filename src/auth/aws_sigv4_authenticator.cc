#include "auth/aws_sigv4_authenticator.h"

#include <fmt/format.h>

#include <utility>

#include "auth/aws_endpoint.h"
#include "base/status.h"

namespace syncline::auth {

absl::StatusOr<std::unique_ptr<AwsSigV4Authenticator>> AwsSigV4Authenticator::Make(
    v1::AwsAuthentication spec, AllowedHosts hosts, AwsKeys keys, const Environment& environment) {
  if (keys.secret_access_key.empty()) {
    return base::Error(base::Reason::kCredentialCorrupt,
                       "The credential has no secret access key stored.");
  }
  SYNCLINE_ASSIGN_OR_RETURN(
      http::Url sts_url,
      http::Url::Parse(spec.sts_url().empty() ? AwsStsUrl(spec.region()) : spec.sts_url()));
  std::string sts_region = spec.region();
  if (const auto scope = AwsScopeOfHost(sts_url.host); scope.has_value()) {
    sts_region = scope->region;
  }
  if (sts_region.empty()) sts_region = AwsScopeOfHost("sts.amazonaws.com")->region;
  return std::unique_ptr<AwsSigV4Authenticator>(
      new AwsSigV4Authenticator(std::move(spec), std::move(hosts), std::move(keys), environment,
                                std::move(sts_url), std::move(sts_region)));
}

AwsSigV4Authenticator::AwsSigV4Authenticator(v1::AwsAuthentication spec, AllowedHosts hosts,
                                             AwsKeys keys, const Environment& environment,
                                             http::Url sts_url, std::string sts_region)
    : spec_(std::move(spec)),
      hosts_(std::move(hosts)),
      keys_(std::move(keys)),
      clock_(environment.clock),
      clocks_(environment.clock),
      sts_(environment.transport, environment.clock, clocks_, std::move(sts_url),
           std::move(sts_region)) {
  known_.Add(keys_.secret_access_key);
  known_.Add(keys_.session_token);
  for (const v1::AwsRole& role : spec_.role_chain()) steps_.push_back({role, std::nullopt});
  Select(0);
}

int AwsSigV4Authenticator::identity_count() const {
  if (spec_.roles().empty()) return 1;
  return spec_.roles_size() + (spec_.include_own_account() ? 1 : 0);
}

std::string AwsSigV4Authenticator::IdentityName(int index) const {
  if (index < spec_.roles_size()) return spec_.roles(index).arn();
  return fmt::format("the account of the access key {}", spec_.access_key_id());
}

void AwsSigV4Authenticator::Select(int index) {
  steps_.resize(static_cast<std::size_t>(spec_.role_chain_size()));
  if (index < spec_.roles_size()) steps_.push_back({spec_.roles(index), std::nullopt});
}

absl::StatusOr<AwsScope> AwsSigV4Authenticator::ScopeOf(const http::Url& url) const {
  AwsScope scope{spec_.region(), spec_.service()};
  if (!scope.region.empty() && !scope.service.empty()) return scope;
  const auto told = AwsScopeOfHost(url.host);
  if (!told.has_value()) {
    return base::Error(base::Reason::kSignInFailed,
                       fmt::format("The host {} does not tell AWS's region and service; set "
                                   "aws.region and aws.service in the credential.",
                                   url.host),
                       {{"host", url.host}});
  }
  if (scope.region.empty()) scope.region = told->region;
  if (scope.service.empty()) scope.service = told->service;
  return scope;
}

bool AwsSigV4Authenticator::IsFresh(const Step& step) const {
  return step.grant.has_value() && clock_.Now() + kRenewBefore < step.grant->expire_time;
}

absl::StatusOr<const AwsKeys*> AwsSigV4Authenticator::CurrentKeys(std::stop_token stop) {
  // Keys that are still good need nobody's before them.
  std::size_t next = steps_.size();
  while (next > 0 && !IsFresh(steps_[next - 1])) --next;
  const AwsKeys* keys = next == 0 ? &keys_ : &steps_[next - 1].grant->keys;
  for (; next < steps_.size(); ++next) {
    Step& step = steps_[next];
    SYNCLINE_ASSIGN_OR_RETURN(step.grant, sts_.AssumeRole(step.role, *keys, hosts_, stop));
    keys = &step.grant->keys;
    known_.AddObtained(keys->secret_access_key);
    known_.AddObtained(keys->session_token);
  }
  return keys;
}

absl::Status AwsSigV4Authenticator::Apply(http::Request& request, std::stop_token stop) {
  SYNCLINE_RETURN_IF_ERROR(hosts_.Check(request.url));
  SYNCLINE_ASSIGN_OR_RETURN(const AwsScope scope, ScopeOf(request.url));
  SYNCLINE_ASSIGN_OR_RETURN(const AwsKeys* const keys, CurrentKeys(std::move(stop)));
  asked_host_ = request.url.host;
  SignForAws(&request, *keys, scope, clocks_.Now(asked_host_));
  return absl::OkStatus();
}

absl::StatusOr<bool> AwsSigV4Authenticator::Renew(const http::Response& answer, std::stop_token) {
  if (clocks_.Learn(asked_host_, answer)) return true;
  const bool refused = answer.status == 400 || answer.status == 401 || answer.status == 403;
  if (!refused || !NamesAwsError(answer, {"ExpiredToken", "ExpiredTokenException"})) return false;
  return RenewRefused(answer, {});
}

absl::StatusOr<bool> AwsSigV4Authenticator::RenewRefused(const http::Response&, std::stop_token) {
  if (steps_.empty() || !steps_.back().grant.has_value()) return false;
  steps_.back().grant.reset();
  return true;
}

std::string AwsSigV4Authenticator::Scrub(std::string text) const {
  return known_.Scrub(std::move(text));
}

}  // namespace syncline::auth
