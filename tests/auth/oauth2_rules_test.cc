#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "auth/oauth2_definition.h"
#include "auth/secret_fields.h"
#include "auth/validate_credential.h"
#include "base/status.h"
#include "tests/support/test_keys.h"

namespace syncline::auth {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

absl::Status Validate(const std::string& oauth2,
                      const std::map<std::string, std::string>& keys = {},
                      const std::set<std::string>& stored = {}, const std::string& further = "") {
  v1::Credential credential;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "allowed_hosts: ['login.example'] oauth2 { " + oauth2 + " } " + further, &credential))
      << oauth2;
  SecretMap given = ExtractSecrets(&credential);
  for (const auto& [path, text] : keys) given.insert_or_assign(path, secret::Secret(text));
  return ValidateCredential(credential, given, stored);
}

std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  for (const auto& violation : base::FieldViolationsOf(status)) fields.push_back(violation.field);
  return fields;
}

const std::string kClient = "client_credentials {} client_id: 'me' ";
const std::string kLongText(OAuth2Definition::kTextBytesMax + 1, 'x');
const std::string kUrl = "token_url: 'https://login.example/token' ";
constexpr char kClientKey[] = "oauth2.client_key.private_key";
constexpr char kGrantKey[] = "oauth2.jwt_bearer.key.private_key";

TEST(CheckOAuth2, AcceptsEachGrant) {
  struct Case {
    std::string text;
    std::map<std::string, std::string> keys;
  };
  const Case cases[] = {
      {kUrl + "client_credentials {} client_id: 'me' client_secret: 's' scopes: ['a', 'b']", {}},
      {kUrl + "client_credentials {} client_id: 'me'", {}},  // public
      {"issuer: 'https://login.example/{{vars.t}}' vars { key: 't' value: '7' } "
       "client_credentials {} client_id: 'me' client_secret: 's'",
       {}},
      {"issuer: 'https://login.example' authorization_code {} client_id: 'me'", {}},
      {kUrl + "authorization_code { authorization_url: 'https://elsewhere.example/a' "
              "parameters { key: 'prompt' value: 'consent' } } client_id: 'me'",
       {}},
      {kUrl + "refresh_token { refresh_token: 'r' } client_id: 'me' client_secret: 's'", {}},
      {kUrl + "password { username: 'u' password: 'p' }", {}},
      {kUrl + "jwt_bearer { key {} issuer: 'sa' lifetime { seconds: 3600 } "
              "claims { key: 'scope' value: 'x' } }",
       {{kGrantKey, test::kRsaPkcs8}}},
      {kUrl + "device_code { device_authorization_url: 'https://login.example/d' } client_id: 'm'",
       {}},
      {kUrl + "client_credentials {} client_id: 'me' client_key { algorithm: ALGORITHM_ES256 } "
              "client_authentication: CLIENT_AUTHENTICATION_PRIVATE_KEY_JWT",
       {{kClientKey, test::kP256Sec1}}},
      {kUrl + "client_credentials {} client_id: 'm' client_secret: 's' "
              "parameters { key: 'grant_type' value: 'account_credentials' } "
              "response { access_token: 'data.token' } lifetime { seconds: 3600 } "
              "placement { query: 'token' } resources: 'urn:x' scope_separator: ','",
       {}},
  };
  for (const Case& test : cases) {
    const absl::Status status = Validate(test.text, test.keys);
    EXPECT_TRUE(status.ok()) << test.text << ": " << status;
  }
}

TEST(CheckOAuth2, NamesEveryMistakeAtOnce) {
  const absl::Status status = Validate(
      "client_authentication: CLIENT_AUTHENTICATION_BASIC scopes: ['a b', ''] "
      "scope_separator: '' resources: ['x', 'urn:a#b'] vars { key: 'A' value: '' } "
      "parameters { key: 'client_secret' value: 'x' } parameters { key: 'q' value: '{{state.x}}' } "
      "parameters { key: 'grant_type' value: 'x' } headers { key: 'Authorization' value: 'x' } "
      "response { access_token: '[' refresh_token: 'a b' expires_in: '(' } lifetime {} "
      "revocation_url: 'https://evil.example/r' client_key {} "
      "placement { header: 'a b' prefix: '\\n' } password {}");
  EXPECT_THAT(FieldsOf(status),
              UnorderedElementsAre("oauth2.vars.A", "oauth2.tokenUrl", "oauth2.scopeSeparator",
                                   "oauth2.scopes[0]", "oauth2.scopes[1]", "oauth2.resources[0]",
                                   "oauth2.resources[1]", "oauth2.parameters.client_secret",
                                   "oauth2.parameters.q", "oauth2.parameters.grant_type",
                                   "oauth2.headers.Authorization", "oauth2.response.accessToken",
                                   "oauth2.response.refreshToken", "oauth2.response.expiresIn",
                                   "oauth2.lifetime", "oauth2.revocationUrl", "oauth2.clientSecret",
                                   "oauth2.clientKey", "oauth2.clientId",
                                   "oauth2.password.username", "oauth2.password.password",
                                   "oauth2.placement.header", "oauth2.placement.prefix"))
      << status;
}

struct MistakeCase {
  std::string text;
  std::map<std::string, std::string> keys;
  std::string field;
  const char* message;
};
const MistakeCase kMistakes[] = {
    {kUrl + "client_id: 'me'", {}, "oauth2", "set one of clientCredentials"},
    {kClient, {}, "oauth2.tokenUrl", "required unless issuer"},
    {kClient + "token_url: 'login.example/t'", {}, "oauth2.tokenUrl", "http"},
    {kClient + "token_url: 'https://evil.example/t'", {}, "oauth2.tokenUrl", "evil.example"},
    {kClient + "token_url: 'https://{{vars.x}}/t'", {}, "oauth2.tokenUrl", "vars.x"},
    {kClient + "token_url: 'https://{{page.x}}/t'", {}, "oauth2.tokenUrl", "'page' is no name"},
    {kClient + "token_url: '{{'", {}, "oauth2.tokenUrl", ""},
    {kClient + "issuer: 'login'", {}, "oauth2.issuer", "http"},
    {kClient + "issuer: 'https://login.example/?a'", {}, "oauth2.issuer", "no query"},
    {kClient + "issuer: 'https://evil.example'", {}, "oauth2.issuer", "evil.example"},
    {kUrl + "client_credentials {} client_secret: 's'", {}, "oauth2.clientId", "required"},
    {kUrl + "client_credentials {} client_id: 'a\\n'", {}, "oauth2.clientId", "control"},
    {kUrl + "client_credentials {} client_id: '" + kLongText + "'",
     {},
     "oauth2.clientId",
     "longer than 2048"},
    {kUrl + kClient + "client_authentication: CLIENT_AUTHENTICATION_BODY",
     {},
     "oauth2.clientSecret",
     "is required"},
    {kUrl + kClient + "client_authentication: CLIENT_AUTHENTICATION_TLS",
     {},
     "oauth2.clientAuthentication",
     "client certificate"},
    {kUrl + kClient + "client_authentication: CLIENT_AUTHENTICATION_PRIVATE_KEY_JWT",
     {},
     "oauth2.clientKey.privateKey",
     "is required"},
    {kUrl + kClient + "client_authentication: CLIENT_AUTHENTICATION_PRIVATE_KEY_JWT",
     {{kClientKey, test::kEncryptedPkcs8}},
     "oauth2.clientKey.privateKey",
     "is encrypted"},
    {kUrl + kClient + "client_authentication: CLIENT_AUTHENTICATION_PRIVATE_KEY_JWT",
     {{kClientKey, test::kP256Pkcs8}},
     "oauth2.clientKey.privateKey",
     "no RSA key"},
    {kUrl + kClient + "client_authentication: 17", {}, "oauth2.clientAuthentication", "one of"},
    {kUrl + kClient + "body_format: 17", {}, "oauth2.bodyFormat", "FORM or JSON"},
    {kUrl + kClient + "scopes: ['a,b'] scope_separator: ','",
     {},
     "oauth2.scopes[0]",
     "the separator \",\""},
    {kUrl + kClient + "scopes: 'a b'", {}, "oauth2.scopes[0]", "holds a space"},
    {kUrl + kClient + "parameters { key: 'refresh_token' value: 'x' }",
     {},
     "oauth2.parameters.refresh_token",
     "is set by Syncline"},
    {kUrl + kClient + "parameters { key: 'a' value: '{{vars.x}}' }",
     {},
     "oauth2.parameters.a",
     "vars.x"},
    {kUrl + kClient + "headers { key: 'X A' value: 'x' }", {}, "oauth2.headers.X A", "no header"},
    {kUrl + kClient + "lifetime { seconds: 99999999 }", {}, "oauth2.lifetime", "366 days"},
    {kUrl + "authorization_code {} client_id: 'm'",
     {},
     "oauth2.authorizationCode.authorizationUrl",
     "required unless issuer"},
    {kUrl + "authorization_code { authorization_url: 'https://a.example' "
            "parameters { key: 'state' value: 'x' } } client_id: 'm'",
     {},
     "oauth2.authorizationCode.parameters.state",
     "is set by Syncline"},
    {kUrl + "device_code {} client_id: 'm'",
     {},
     "oauth2.deviceCode.deviceAuthorizationUrl",
     "required unless issuer"},
    {kUrl + "device_code { device_authorization_url: 'https://evil.example' } client_id: 'm'",
     {},
     "oauth2.deviceCode.deviceAuthorizationUrl",
     "evil.example"},
    {kUrl + "refresh_token {} client_id: 'm'",
     {},
     "oauth2.refreshToken.refreshToken",
     "is required"},
    {kUrl + "password { password: 'p' }", {}, "oauth2.password.username", "is required"},
    {kUrl + "jwt_bearer { issuer: 'i' }", {}, "oauth2.jwtBearer.key.privateKey", "is required"},
    {kUrl + "jwt_bearer {}",
     {{kGrantKey, test::kRsaPkcs8}},
     "oauth2.jwtBearer.issuer",
     "required without a clientId"},
    {kUrl + "jwt_bearer { issuer: 'i' lifetime { seconds: 59 } }",
     {{kGrantKey, test::kRsaPkcs8}},
     "oauth2.jwtBearer.lifetime",
     "1 minute to 1 hour"},
    {kUrl + "jwt_bearer { issuer: 'i' lifetime { seconds: 3601 } }",
     {{kGrantKey, test::kRsaPkcs8}},
     "oauth2.jwtBearer.lifetime",
     "1 minute to 1 hour"},
    {kUrl + "jwt_bearer { issuer: 'i' claims { key: 'exp' value: '1' } }",
     {{kGrantKey, test::kRsaPkcs8}},
     "oauth2.jwtBearer.claims.exp",
     "is set by Syncline"},
    {kUrl + "jwt_bearer { issuer: 'i' claims { key: 'aud' value: '1' } }",
     {{kGrantKey, test::kRsaPkcs8}},
     "oauth2.jwtBearer.claims.aud",
     "a field of its own"},
    {kUrl + "jwt_bearer { issuer: 'i' key { algorithm: 17 } }",
     {},
     "oauth2.jwtBearer.key.algorithm",
     "one of"},
    {kUrl + "jwt_bearer { issuer: 'i' key { algorithm: ALGORITHM_HS256 } }",
     {{kGrantKey, "short"}},
     "oauth2.jwtBearer.key.privateKey",
     "HS256 needs at least 32"},
    {kUrl + kClient + "placement { query: '' }", {}, "oauth2.placement.query", "1 to 255"},
};

TEST(CheckOAuth2, NamesTheField) {
  for (const MistakeCase& test : kMistakes) {
    SCOPED_TRACE(test.text);
    const absl::Status status = Validate(test.text, test.keys);
    EXPECT_THAT(FieldsOf(status), ElementsAre(test.field)) << status;
    EXPECT_THAT(base::MessageOf(status), HasSubstr(test.message));
  }
}

TEST(CheckOAuth2, WhatIsStoredIsThere) {
  EXPECT_TRUE(Validate(kUrl + "client_credentials {} client_id: 'm' "
                              "client_authentication: CLIENT_AUTHENTICATION_BODY",
                       {}, {"oauth2.client_secret"})
                  .ok());
  EXPECT_TRUE(
      Validate(kUrl + "refresh_token {} client_id: 'm'", {}, {"oauth2.refresh_token.refresh_token"})
          .ok());
}

TEST(CheckOAuth2, Bounds) {
  std::string scopes = kUrl + "client_credentials {} client_id: 'm' ";
  for (int i = 0; i < OAuth2Definition::kScopesMax; ++i) scopes += "scopes: 's' ";
  EXPECT_TRUE(Validate(scopes).ok());
  EXPECT_THAT(FieldsOf(Validate(scopes + "scopes: 's'")), ElementsAre("oauth2.scopes"));
  std::string resources = kUrl + "client_credentials {} client_id: 'm' ";
  for (int i = 0; i < OAuth2Definition::kResourcesMax; ++i) resources += "resources: 'urn:a' ";
  EXPECT_TRUE(Validate(resources).ok());
  EXPECT_THAT(FieldsOf(Validate(resources + "resources: 'urn:a'")),
              ElementsAre("oauth2.resources"));
}

}  // namespace
}  // namespace syncline::auth
