#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "auth/allowed_hosts.h"
#include "auth/api_token_authenticator.h"
#include "auth/authenticator.h"
#include "auth/aws_sigv4_authenticator.h"
#include "auth/basic_authenticator.h"
#include "auth/hmac_authenticator.h"
#include "auth/jwt_authenticator.h"
#include "auth/no_authenticator.h"
#include "auth/oauth2_authenticator.h"
#include "auth/placed_token.h"
#include "auth/session_authenticator.h"
#include "auth/tls_authenticator.h"
#include "base/status.h"

namespace syncline::auth {
namespace {

using Made = absl::StatusOr<std::unique_ptr<Authenticator>>;

secret::Secret SecretAt(const SecretMap& secrets, const std::string& path) {
  const auto found = secrets.find(path);
  return found == secrets.end() ? secret::Secret() : found->second.Clone();
}

absl::StatusOr<PlacedToken> MakePlacedToken(const v1::ApiTokenAuthentication& spec,
                                            const SecretMap& secrets, const std::string& path) {
  secret::Secret token = SecretAt(secrets, path + ".token");
  if (token.empty()) {
    return base::Error(base::Reason::kCredentialCorrupt, "The credential has no token stored.");
  }
  if (PlaceNameOf(spec).empty()) {
    return base::InvalidFields(
        {{"apiToken", "set header, query, cookie or body: where the token goes"}});
  }
  return PlacedToken(spec, std::move(token));
}

Made MakeApiToken(const v1::ApiTokenAuthentication& spec, AllowedHosts hosts,
                  const SecretMap& secrets) {
  SYNCLINE_ASSIGN_OR_RETURN(PlacedToken token, MakePlacedToken(spec, secrets, "api_token"));
  std::vector<PlacedToken> tokens;
  tokens.push_back(std::move(token));
  return std::make_unique<ApiTokenAuthenticator>(std::move(hosts), std::move(tokens));
}

Made MakeApiTokens(const v1::ApiTokensAuthentication& spec, AllowedHosts hosts,
                   const SecretMap& secrets) {
  std::vector<PlacedToken> tokens;
  for (const auto& [name, token] : spec.tokens()) {
    SYNCLINE_ASSIGN_OR_RETURN(PlacedToken placed,
                              MakePlacedToken(token, secrets, "api_tokens.tokens." + name));
    tokens.push_back(std::move(placed));
  }
  return std::make_unique<ApiTokenAuthenticator>(std::move(hosts), std::move(tokens));
}

Made MakeBasic(const v1::BasicAuthentication& spec, AllowedHosts hosts, const SecretMap& secrets) {
  using Username = BasicAuthenticator::Username;
  secret::Secret username = SecretAt(secrets, "basic.secret_username");
  const Username kind = username.empty() ? Username::kPublic : Username::kSecret;
  if (username.empty()) username = secret::Secret(spec.username());
  if (username.empty()) {
    return base::Error(base::Reason::kCredentialCorrupt, "The credential has no user name.");
  }
  return std::make_unique<BasicAuthenticator>(std::move(hosts), std::move(username), kind,
                                              SecretAt(secrets, "basic.password"));
}

// The entries of a secret map, by name.
NamedSecrets SecretsBelow(const SecretMap& secrets, const std::string& path) {
  NamedSecrets named;
  for (auto at = secrets.lower_bound(path + "."); at != secrets.end(); ++at) {
    if (!at->first.starts_with(path + ".")) break;
    named.emplace(at->first.substr(path.size() + 1), at->second.Clone());
  }
  return named;
}

Made MakeSession(const v1::SessionAuthentication& spec, AllowedHosts hosts,
                 const SecretMap& secrets, const Environment& environment) {
  NamedSecrets named = SecretsBelow(secrets, "session.secrets");
  std::set<std::string> names;
  for (const auto& [name, secret] : named) names.insert(name);
  SYNCLINE_ASSIGN_OR_RETURN(SessionPlan plan, SessionPlan::Compile(spec, names));
  return std::make_unique<SessionAuthenticator>(std::move(hosts), std::move(plan), std::move(named),
                                                environment);
}

Made MakeJwt(const v1::JwtAuthentication& spec, AllowedHosts hosts, const SecretMap& secrets,
             const Environment& environment) {
  const secret::Secret key = SecretAt(secrets, "jwt.key.private_key");
  SYNCLINE_ASSIGN_OR_RETURN(JwtPlan plan, JwtPlan::Compile(spec));
  absl::StatusOr<JwtWriter> writer = JwtWriter::Make(spec.key(), key, plan.jose_header);
  if (!writer.ok()) {
    return base::Error(base::Reason::kCredentialCorrupt,
                       "The credential's key " + base::MessageOf(writer.status()));
  }
  return std::make_unique<JwtAuthenticator>(std::move(hosts), std::move(plan), *std::move(writer),
                                            key, environment);
}

Made MakeHmac(const v1::HmacAuthentication& spec, AllowedHosts hosts, const SecretMap& secrets,
              const Environment& environment) {
  const secret::Secret text = SecretAt(secrets, "hmac.key");
  std::optional<secret::Secret> key = DecodeKey(spec.key_encoding(), text);
  if (text.empty() || !key.has_value()) {
    return base::Error(base::Reason::kCredentialCorrupt, "The credential has no key stored.");
  }
  SYNCLINE_ASSIGN_OR_RETURN(HmacPlan plan, HmacPlan::Compile(spec));
  return std::make_unique<HmacAuthenticator>(std::move(hosts), std::move(plan), text,
                                             *std::move(key), environment);
}

Made MakeOfKind(const v1::Credential& credential, AllowedHosts hosts, const SecretMap& secrets,
                const Environment& environment) {
  switch (credential.kind_case()) {
    case v1::Credential::kNone: return std::make_unique<NoAuthenticator>(std::move(hosts));
    case v1::Credential::kBasic: return MakeBasic(credential.basic(), std::move(hosts), secrets);
    case v1::Credential::kApiToken:
      return MakeApiToken(credential.api_token(), std::move(hosts), secrets);
    case v1::Credential::kApiTokens:
      return MakeApiTokens(credential.api_tokens(), std::move(hosts), secrets);
    case v1::Credential::kSession:
      return MakeSession(credential.session(), std::move(hosts), secrets, environment);
    case v1::Credential::kJwt:
      return MakeJwt(credential.jwt(), std::move(hosts), secrets, environment);
    case v1::Credential::kHmac:
      return MakeHmac(credential.hmac(), std::move(hosts), secrets, environment);
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
  return base::InvalidFields({{"kind", "is not set"}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<Authenticator>> MakeAuthenticator(const v1::Credential& credential,
                                                                 const SecretMap& secrets,
                                                                 const Environment& environment) {
  const std::vector<std::string> entries(credential.allowed_hosts().begin(),
                                         credential.allowed_hosts().end());
  SYNCLINE_ASSIGN_OR_RETURN(const AllowedHosts hosts, AllowedHosts::Make(entries));
  SYNCLINE_ASSIGN_OR_RETURN(const auto identity, MakeTlsIdentity(credential.tls(), secrets));
  auto transport = std::make_unique<TlsTransport>(environment.transport, hosts, identity);
  const Environment within{.transport = *transport,
                           .clock = environment.clock,
                           .random = environment.random,
                           .tokens = environment.tokens,
                           .give_up = environment.give_up};
  SYNCLINE_ASSIGN_OR_RETURN(std::unique_ptr<Authenticator> inner,
                            MakeOfKind(credential, hosts, secrets, within));
  return std::make_unique<TlsAuthenticator>(hosts, identity, std::move(transport),
                                            std::move(inner));
}

std::unique_ptr<Authenticator> MakeNoAuthenticator() {
  return std::make_unique<NoAuthenticator>(AllowedHosts());
}

}  // namespace syncline::auth
