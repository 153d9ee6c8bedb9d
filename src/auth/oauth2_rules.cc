#include <fmt/format.h>

#include <chrono>

#include "auth/client_authentication.h"
#include "auth/jwt_writer.h"
#include "auth/oauth2_definition.h"
#include "auth/sign_in_check.h"

namespace syncline::auth {
namespace {

using OAuth2 = v1::OAuth2Authentication;

constexpr std::int64_t kAssertionSecondsMin = 60;
constexpr std::int64_t kAssertionSecondsMax = 3600;

void CheckKey(const v1::JwtKey& key, const char* path, const std::string& field,
              const SignInCheck& check) {
  if (!v1::JwtKey::Algorithm_IsValid(key.algorithm())) {
    check.Add(field + ".algorithm", "must be one of RS256, PS256, ES256, HS256");
    return;
  }
  if (key.key_id().size() > SignInCheck::kNameBytesMax || !http::IsHeaderValue(key.key_id())) {
    check.Add(field + ".keyId", "must have at most 255 bytes and no control characters");
  }
  check.CheckSecret(path, field + ".privateKey", true, SignInCheck::Where::kAnywhere);
  const secret::Secret* const given = check.Given(path);
  if (given == nullptr || given->empty()) return;
  const auto writer = JwtWriter::Make(key, *given);
  if (!writer.ok()) check.Add(field + ".privateKey", base::MessageOf(writer.status()));
}

void CheckClient(const OAuth2& oauth2, const SignInCheck& check) {
  if (!OAuth2::ClientAuthentication_IsValid(oauth2.client_authentication())) {
    check.Add("oauth2.clientAuthentication",
              "must be one of BASIC, BODY, PRIVATE_KEY_JWT, TLS, NONE");
    return;
  }
  const OAuth2::ClientAuthentication way = EffectiveAuthentication(
      oauth2.client_authentication(), check.HasSecret("oauth2.client_secret"));
  const bool needs_secret =
      way == OAuth2::CLIENT_AUTHENTICATION_BASIC || way == OAuth2::CLIENT_AUTHENTICATION_BODY;
  check.CheckSecret("oauth2.client_secret", "oauth2.clientSecret", needs_secret,
                    SignInCheck::Where::kAnywhere);
  if (way == OAuth2::CLIENT_AUTHENTICATION_PRIVATE_KEY_JWT) {
    CheckKey(oauth2.client_key(), "oauth2.client_key.private_key", "oauth2.clientKey", check);
  } else if (oauth2.has_client_key()) {
    check.Add("oauth2.clientKey", "is used with clientAuthentication PRIVATE_KEY_JWT only");
  }
  if (way == OAuth2::CLIENT_AUTHENTICATION_TLS &&
      check.credential().tls().client_certificate().empty()) {
    check.Add(
        "oauth2.clientAuthentication",
        "TLS signs in with a client certificate; set tls.clientCertificate and tls.clientKey");
  }
  // A person's password, a refresh token and an assertion may be enough for the provider.
  const bool may_be_anonymous =
      way == OAuth2::CLIENT_AUTHENTICATION_NONE &&
      (oauth2.has_password() || oauth2.has_refresh_token() || oauth2.has_jwt_bearer());
  if (oauth2.client_id().empty() && !may_be_anonymous) {
    check.Add("oauth2.clientId", "is required: the id of the client as the provider knows it");
  }
}

void CheckJwtBearer(const OAuth2& oauth2, const SignInCheck& check) {
  const v1::JwtBearerGrant& grant = oauth2.jwt_bearer();
  CheckKey(grant.key(), "oauth2.jwt_bearer.key.private_key", "oauth2.jwtBearer.key", check);
  if (grant.issuer().empty() && oauth2.client_id().empty()) {
    check.Add("oauth2.jwtBearer.issuer",
              "is required without a clientId: who signs, e.g. the address of a service account");
  }
  const std::int64_t seconds = grant.lifetime().seconds();
  if (grant.has_lifetime() && (seconds < kAssertionSecondsMin || seconds > kAssertionSecondsMax)) {
    check.Add("oauth2.jwtBearer.lifetime", "must be from 1 minute to 1 hour");
  }
}

void CheckGrant(const OAuth2& oauth2, const SignInCheck& check) {
  switch (oauth2.grant_case()) {
    case OAuth2::kRefreshToken:
      check.CheckSecret("oauth2.refresh_token.refresh_token", "oauth2.refreshToken.refreshToken",
                        true, SignInCheck::Where::kAnywhere);
      break;
    case OAuth2::kPassword:
      if (oauth2.password().username().empty()) {
        check.Add("oauth2.password.username", "is required");
      }
      check.CheckSecret("oauth2.password.password", "oauth2.password.password", true,
                        SignInCheck::Where::kAnywhere);
      break;
    case OAuth2::kJwtBearer: CheckJwtBearer(oauth2, check); break;
    case OAuth2::GRANT_NOT_SET:
      check.Add("oauth2",
                "set one of clientCredentials, authorizationCode, refreshToken, password, "
                "jwtBearer, deviceCode");
      break;
    default: break;
  }
}

// Secrets go to all of these; the authorization URL is for a browser.
void CheckHosts(const OAuth2Definition& definition, const SignInCheck& check) {
  for (const auto& [endpoint, url] : definition.endpoints()) {
    if (endpoint == OAuth2Endpoint::kAuthorization) continue;
    check.CheckHost(fmt::format("oauth2.{}", FieldOf(endpoint)), url);
  }
  const auto issuer = http::Url::Parse(definition.issuer());
  if (issuer.ok()) check.CheckHost("oauth2.issuer", *issuer);
}

void CheckPlacement(const v1::TokenPlacement& placement, const SignInCheck& check) {
  if (placement.place_case() == v1::TokenPlacement::kHeader) {
    std::string mistake = request::HeaderNameMistake(placement.header());
    if (!mistake.empty()) check.Add("oauth2.placement.header", std::move(mistake));
  }
  if (placement.place_case() == v1::TokenPlacement::kQuery) {
    std::string mistake = request::ParameterNameMistake(placement.query());
    if (!mistake.empty()) check.Add("oauth2.placement.query", std::move(mistake));
  }
  if (!http::IsHeaderValue(placement.prefix())) {
    check.Add("oauth2.placement.prefix", "must not hold control characters");
  }
}

}  // namespace

void CheckOAuth2(const OAuth2& oauth2, const SignInCheck& check) {
  base::FieldViolations violations;
  const OAuth2Definition definition = OAuth2Definition::Compile(oauth2, &violations);
  check.AddStatus("oauth2", violations.ToStatus());
  if (!OAuth2::BodyFormat_IsValid(oauth2.body_format())) {
    check.Add("oauth2.bodyFormat", "must be FORM or JSON");
  }
  CheckHosts(definition, check);
  CheckClient(oauth2, check);
  CheckGrant(oauth2, check);
  CheckPlacement(oauth2.placement(), check);
}

}  // namespace syncline::auth
