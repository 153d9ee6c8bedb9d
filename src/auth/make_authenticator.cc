#include <string_view>
#include <vector>

#include "auth/allowed_hosts.h"
#include "auth/api_token_authenticator.h"
#include "auth/authenticator.h"
#include "auth/aws_sigv4_authenticator.h"
#include "auth/basic_authenticator.h"
#include "auth/no_authenticator.h"
#include "auth/oauth2_authenticator.h"
#include "base/status.h"

namespace syncline::auth {
namespace {

secret::Secret SecretAt(const SecretMap& secrets, const char* path) {
  const auto found = secrets.find(path);
  return found == secrets.end() ? secret::Secret() : found->second.Clone();
}

absl::StatusOr<std::unique_ptr<Authenticator>> MakeApiToken(const v1::ApiTokenAuthentication& spec,
                                                            AllowedHosts hosts,
                                                            const SecretMap& secrets) {
  using Place = ApiTokenAuthenticator::Place;
  secret::Secret token = SecretAt(secrets, "api_token.token");
  if (token.empty()) {
    return base::Error(base::Reason::kCredentialCorrupt, "The credential has no token stored.");
  }
  const bool in_header = spec.place_case() == v1::ApiTokenAuthentication::kHeader;
  const std::string& name = in_header ? spec.header() : spec.query();
  if (name.empty()) {
    return base::InvalidFields({{"apiToken", "set header or query: where the token goes"}});
  }
  return std::make_unique<ApiTokenAuthenticator>(std::move(hosts),
                                                 in_header ? Place::kHeader : Place::kQuery, name,
                                                 spec.prefix(), std::move(token));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Authenticator>> MakeAuthenticator(const v1::Credential& credential,
                                                                 const SecretMap& secrets,
                                                                 const Environment& environment) {
  const std::vector<std::string> entries(credential.allowed_hosts().begin(),
                                         credential.allowed_hosts().end());
  SYNCLINE_ASSIGN_OR_RETURN(AllowedHosts hosts, AllowedHosts::Make(entries));
  switch (credential.kind_case()) {
    case v1::Credential::kNone: return std::make_unique<NoAuthenticator>(std::move(hosts));
    case v1::Credential::kBasic:
      return std::make_unique<BasicAuthenticator>(std::move(hosts), credential.basic().username(),
                                                  SecretAt(secrets, "basic.password"));
    case v1::Credential::kApiToken:
      return MakeApiToken(credential.api_token(), std::move(hosts), secrets);
    case v1::Credential::kOauth2:
      return MakeOAuth2Authenticator(credential.oauth2(), std::move(hosts), secrets, environment);
    case v1::Credential::kAws:
      return AwsSigV4Authenticator::Make(
          credential.aws(), std::move(hosts),
          {.access_key_id = credential.aws().access_key_id(),
           .secret_access_key = SecretAt(secrets, "aws.secret_access_key"),
           .session_token = SecretAt(secrets, "aws.session_token")},
          environment);
    default: break;
  }
  return base::InvalidFields({{"kind", "set one of none, basic, apiToken, oauth2, aws"}});
}

std::unique_ptr<Authenticator> MakeNoAuthenticator() {
  return std::make_unique<NoAuthenticator>(AllowedHosts());
}

}  // namespace syncline::auth
