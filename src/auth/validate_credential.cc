#include "auth/validate_credential.h"

#include <fmt/format.h>

#include <map>

#include "auth/allowed_hosts.h"
#include "auth/secret_reference.h"
#include "auth/sign_in_check.h"
#include "base/status.h"
#include "request/vars.h"

namespace syncline::auth {
namespace {

constexpr double kRateMin = 0.001;
constexpr double kRateMax = 10'000;
constexpr int kBurstMax = 10'000;
constexpr int kPlacesMax = 1'000;

constexpr std::size_t kDisplayNameBytesMax = 255;
constexpr std::size_t kAlternativesMax = 16;
constexpr const char* kKinds = "none, basic, apiToken, apiTokens, oauth2, aws, session, hmac, jwt";

void CheckHosts(const v1::Credential& credential, base::FieldViolations* violations) {
  const int count = credential.allowed_hosts_size();
  const bool has_secret = credential.kind_case() != v1::Credential::kNone ||
                          !credential.alternatives().empty() ||
                          !credential.tls().client_certificate().empty();
  if (count == 0 && has_secret) {
    violations->Add("allowedHosts",
                    "name at least one host that the secret may be sent to, e.g. "
                    "\"api.vendor.example\"");
  }
  if (count > AllowedHosts::kCountMax) {
    violations->Add("allowedHosts",
                    fmt::format("has {} entries; at most {}", count, AllowedHosts::kCountMax));
    return;
  }
  for (int i = 0; i < count; ++i) {
    std::string mistake = AllowedHostMistake(credential.allowed_hosts(i));
    if (!mistake.empty()) violations->Add(fmt::format("allowedHosts[{}]", i), std::move(mistake));
  }
}

// The rules of the one kind that is set; a credential and each alternative have one.
template <typename Spec>
void CheckKind(const Spec& spec, const SignInCheck& check) {
  switch (spec.kind_case()) {
    case Spec::kNone: break;
    case Spec::kBasic: CheckBasic(spec.basic(), check); break;
    case Spec::kApiToken: CheckApiToken(spec.api_token(), check); break;
    case Spec::kApiTokens: CheckApiTokens(spec.api_tokens(), check); break;
    case Spec::kOauth2: CheckOAuth2(spec.oauth2(), check); break;
    case Spec::kAws: CheckAws(spec.aws(), check); break;
    case Spec::kSession: CheckSession(spec.session(), check); break;
    case Spec::kJwt: CheckJwt(spec.jwt(), check); break;
    case Spec::kHmac: CheckHmac(spec.hmac(), check); break;
    default: check.Add("kind", fmt::format("set one of {}", kKinds)); break;
  }
}

void CheckRateLimit(const v1::RateLimit& limit, base::FieldViolations* violations) {
  const double rate = limit.requests_per_second();
  // Not a number is in no range.
  if (!(rate == 0 || (rate >= kRateMin && rate <= kRateMax))) {
    violations->Add(
        "rateLimit.requestsPerSecond",
        fmt::format("is {}; 0 (no limit) or {} to {} are allowed", rate, kRateMin, kRateMax));
  }
  if (limit.burst() < 0 || limit.burst() > kBurstMax) {
    violations->Add("rateLimit.burst", fmt::format("is {}; 1 to {} are allowed, 0 is the default",
                                                   limit.burst(), kBurstMax));
  }
  if (limit.burst() > 0 && rate == 0) {
    violations->Add("rateLimit.burst", "is of no use without requestsPerSecond");
  }
  const int places = limit.concurrent_request_count();
  if (places < 0 || places > kPlacesMax) {
    violations->Add("rateLimit.concurrentRequestCount",
                    fmt::format("is {}; 0 (no limit) to {} are allowed", places, kPlacesMax));
  }
  if (rate == 0 && places == 0) {
    violations->Add("rateLimit", "limits nothing; set requestsPerSecond or concurrentRequestCount");
  }
}

}  // namespace

absl::Status ValidateCredential(const v1::Credential& credential, const SecretMap& given,
                                const std::set<std::string>& stored, base::Time now) {
  base::FieldViolations violations;
  if (credential.display_name().size() > kDisplayNameBytesMax) {
    violations.Add("displayName", fmt::format("is longer than {} bytes", kDisplayNameBytesMax));
  }
  CheckHosts(credential, &violations);
  if (credential.has_rate_limit()) CheckRateLimit(credential.rate_limit(), &violations);
  const SignInCheck check(credential, given, stored, "", now, &violations);
  CheckKind(credential, check);
  if (credential.alternatives().size() > kAlternativesMax) {
    violations.Add("alternatives", fmt::format("has {} entries; at most {} are allowed",
                                               credential.alternatives().size(), kAlternativesMax));
  }
  // In order of name: the map of a message has none.
  const std::map<std::string, v1::SignIn> alternatives(credential.alternatives().begin(),
                                                       credential.alternatives().end());
  for (const auto& [name, sign_in] : alternatives) {
    const std::string field = "alternatives." + name;
    if (!request::IsVarName(name)) violations.Add(field, "must be named by [a-z][a-z0-9_]*");
    CheckKind(sign_in, SignInCheck(credential, given, stored, field + ".", now, &violations));
  }
  if (credential.has_tls()) CheckTls(credential.tls(), check);
  CheckSecretReferences(credential, given, &violations);
  return violations.ToStatus();
}

}  // namespace syncline::auth
