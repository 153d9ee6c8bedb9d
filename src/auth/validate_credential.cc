#include "auth/validate_credential.h"

#include <fmt/format.h>

#include "auth/allowed_hosts.h"
#include "auth/secret_reference.h"
#include "auth/sign_in_check.h"
#include "base/status.h"

namespace syncline::auth {
namespace {

constexpr std::size_t kDisplayNameBytesMax = 255;
constexpr const char* kKinds = "none, basic, apiToken, oauth2, aws";

void CheckHosts(const v1::Credential& credential, base::FieldViolations* violations) {
  const int count = credential.allowed_hosts_size();
  if (count == 0 && credential.kind_case() != v1::Credential::kNone) {
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

}  // namespace

absl::Status ValidateCredential(const v1::Credential& credential, const SecretMap& given,
                                const std::set<std::string>& stored) {
  base::FieldViolations violations;
  if (credential.display_name().size() > kDisplayNameBytesMax) {
    violations.Add("displayName", fmt::format("is longer than {} bytes", kDisplayNameBytesMax));
  }
  CheckHosts(credential, &violations);
  const SignInCheck check(credential, given, stored, "", &violations);
  switch (credential.kind_case()) {
    case v1::Credential::kNone: break;
    case v1::Credential::kBasic: CheckBasic(credential.basic(), check); break;
    case v1::Credential::kApiToken: CheckApiToken(credential.api_token(), check); break;
    case v1::Credential::kOauth2: CheckOAuth2(credential.oauth2(), check); break;
    case v1::Credential::kAws: CheckAws(credential.aws(), check); break;
    default: violations.Add("kind", fmt::format("set one of {}", kKinds)); break;
  }
  constexpr const char* kNotOffered = "is not offered by this build";
  if (!credential.alternatives().empty()) violations.Add("alternatives", kNotOffered);
  if (credential.has_tls()) violations.Add("tls", kNotOffered);
  CheckSecretReferences(credential, given, &violations);
  return violations.ToStatus();
}

}  // namespace syncline::auth
