#include "auth/oauth2_grant.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status.h"
#include "secret/signature.h"
#include "tests/auth/scripted_provider.h"
#include "tests/support/test_keys.h"

namespace syncline::auth {
namespace {

using base::Reason;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;

using Secrets = std::map<std::string, std::string>;

constexpr char kToken[] = R"({"access_token":"access-1","refresh_token":"refresh-2",
                              "expires_in":3600})";

std::unique_ptr<TokenGrant> MakeGrant(ScriptedProvider& provider, const std::string& text,
                                      const Secrets& secrets) {
  auto grant = MakeTokenGrant(ParseOAuth2("token_url: 'https://login.example/token' " + text),
                              ExampleHosts(), MakeSecrets(secrets), provider.environment());
  EXPECT_TRUE(grant.ok()) << grant.status();
  return *std::move(grant);
}

absl::StatusOr<GrantedTokens> Obtain(ScriptedProvider& provider, const std::string& text,
                                     const Secrets& secrets, const char* refresh_token = "") {
  provider.transport.EnqueueJson(kToken);
  return MakeGrant(provider, text, secrets)->Obtain(secret::Secret(refresh_token), {});
}

struct GrantCase {
  const char* name;
  std::string text;
  Secrets secrets;
  const char* refresh_token;
  std::map<std::string, std::string> fields;
  std::string kept;  // the refresh token that is returned
};
const GrantCase kGrantCases[] = {
    {"client_credentials",
     "client_credentials {} client_id: 'me' scopes: ['a', 'b']",
     {{"client_secret", "s"}},
     "",
     {{"grant_type", "client_credentials"}, {"scope", "a b"}},
     ""},
    {"scopes with a comma",
     "client_credentials {} client_id: 'me' scopes: ['a', 'b'] scope_separator: ','",
     {{"client_secret", "s"}},
     "",
     {{"grant_type", "client_credentials"}, {"scope", "a,b"}},
     ""},
    {"audience and resources",
     "client_credentials {} client_id: 'me' audience: 'https://api' resources: ['urn:a', "
     "'urn:b']",
     {{"client_secret", "s"}},
     "",
     {{"grant_type", "client_credentials"},
      {"audience", "https://api"},
      {"resource", "urn:a urn:b"}},
     ""},
    {"a grant of the provider's own",
     "client_credentials {} client_id: 'me' vars { key: 'account' value: '17' } "
     "parameters { key: 'grant_type' value: 'account_credentials' } "
     "parameters { key: 'account_id' value: '{{vars.account}}' }",
     {{"client_secret", "s"}},
     "",
     {{"grant_type", "account_credentials"}, {"account_id", "17"}},
     ""},
    {"password",
     "password { username: 'joe' } client_id: 'me'",
     {{"client_secret", "s"}, {"password.password", "p w&"}},
     "unused",
     {{"grant_type", "password"}, {"username", "joe"}, {"password", "p w&"}},
     ""},
    {"refresh_token, the configured one",
     "refresh_token {} client_id: 'me' scopes: 'a'",
     {{"client_secret", "s"}, {"refresh_token.refresh_token", "first"}},
     "",
     {{"grant_type", "refresh_token"}, {"refresh_token", "first"}, {"scope", "a"}},
     "refresh-2"},
    {"refresh_token, a newer one",
     "refresh_token {} client_id: 'me'",
     {{"client_secret", "s"}, {"refresh_token.refresh_token", "first"}},
     "newer",
     {{"grant_type", "refresh_token"}, {"refresh_token", "newer"}},
     "refresh-2"},
    {"authorization_code",
     "authorization_code { authorization_url: 'https://login.example/a' } client_id: 'me' "
     "scopes: 'a'",
     {{"client_secret", "s"}},
     "newest",
     {{"grant_type", "refresh_token"}, {"refresh_token", "newest"}},
     "refresh-2"},
    {"device_code",
     "device_code { device_authorization_url: 'https://login.example/d' } client_id: 'me'",
     {},
     "newest",
     {{"grant_type", "refresh_token"}, {"refresh_token", "newest"}, {"client_id", "me"}},
     "refresh-2"},
};

TEST(OAuth2Grant, SendsWhatEachGrantSays) {
  for (const GrantCase& test : kGrantCases) {
    SCOPED_TRACE(test.name);
    ScriptedProvider provider;
    const auto tokens = Obtain(provider, test.text, test.secrets, test.refresh_token);
    ASSERT_TRUE(tokens.ok()) << tokens.status();
    EXPECT_EQ(tokens->access_token.Reveal(), "access-1");
    EXPECT_EQ(tokens->refresh_token.Reveal(), test.kept);
    EXPECT_EQ(tokens->lifetime, std::chrono::hours(1));
    EXPECT_EQ(provider.Form(), test.fields);
    ASSERT_EQ(provider.transport.requests().size(), 1);
    const http::Request request = provider.transport.requests().front();
    EXPECT_EQ(request.method, http::Method::kPost);
    EXPECT_EQ(request.url.ToString(), "https://login.example/token");
    EXPECT_EQ(provider.Header("Accept"), "application/json");
    EXPECT_EQ(provider.Header("Content-Type"), "application/x-www-form-urlencoded");
  }
}

TEST(OAuth2Grant, AuthenticatesTheClient) {
  struct Case {
    const char* way;
    const char* secret;
    const char* authorization;
    std::map<std::string, std::string> fields;
  };
  const std::string text = "client_credentials {} client_id: 'my id:' client_authentication: ";
  const Case cases[] = {
      // base64("my+id%3A:s+%2B%2F%C3%A9"): both parts form-encoded first.
      {"CLIENT_AUTHENTICATION_UNSPECIFIED",
       "s +/\u00e9",
       "Basic bXkraWQlM0E6cyslMkIlMkYlQzMlQTk=",
       {{"grant_type", "client_credentials"}}},
      {"CLIENT_AUTHENTICATION_BASIC",
       "s +/\u00e9",
       "Basic bXkraWQlM0E6cyslMkIlMkYlQzMlQTk=",
       {{"grant_type", "client_credentials"}}},
      {"CLIENT_AUTHENTICATION_BODY",
       "s +",
       "(none)",
       {{"grant_type", "client_credentials"}, {"client_id", "my id:"}, {"client_secret", "s +"}}},
      {"CLIENT_AUTHENTICATION_UNSPECIFIED",
       "",
       "(none)",
       {{"grant_type", "client_credentials"}, {"client_id", "my id:"}}},
      {"CLIENT_AUTHENTICATION_NONE",
       "unused",
       "(none)",
       {{"grant_type", "client_credentials"}, {"client_id", "my id:"}}},
      {"CLIENT_AUTHENTICATION_TLS",
       "",
       "(none)",
       {{"grant_type", "client_credentials"}, {"client_id", "my id:"}}},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.way);
    ScriptedProvider provider;
    const auto tokens = Obtain(provider, text + test.way, {{"client_secret", test.secret}});
    ASSERT_TRUE(tokens.ok()) << tokens.status();
    EXPECT_EQ(provider.Header("Authorization"), test.authorization);
    EXPECT_EQ(provider.Form(), test.fields);
  }
}

TEST(OAuth2Grant, SignsTheClientsAssertion) {
  const std::string text =
      "client_credentials {} client_id: 'me' "
      "client_authentication: CLIENT_AUTHENTICATION_PRIVATE_KEY_JWT "
      "client_key { algorithm: ALGORITHM_ES256 key_id: 'k1' }";
  const Secrets secrets = {{"client_key.private_key", test::kP256Sec1}};
  ScriptedProvider provider;
  ASSERT_TRUE(Obtain(provider, text, secrets).ok());
  const auto fields = provider.Form();
  EXPECT_EQ(fields.at("client_id"), "me");
  EXPECT_EQ(fields.at("client_assertion_type"),
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
  const std::string& assertion = fields.at("client_assertion");
  // iat and nbf 30 s back, exp five minutes later.
  EXPECT_THAT(ClaimsOf(assertion),
              AllOf(HasSubstr(R"("aud":"https://login.example/token","exp":1767225870,)"
                              R"("iat":1767225570,"iss":"me","jti":")"),
                    HasSubstr(R"("nbf":1767225570,"sub":"me"})")));
  const auto key = secret::SigningKey::Make(secret::SignatureAlgorithm::kEs256,
                                            secret::Secret(test::kP256Pkcs8));
  const std::size_t dot = assertion.rfind('.');
  EXPECT_TRUE(
      key->Verify(assertion.substr(0, dot), *secret::DecodeBase64Url(assertion.substr(dot + 1))));
  // Another time, another jti.
  ASSERT_TRUE(Obtain(provider, text, secrets).ok());
  EXPECT_NE(ClaimsOf(provider.Form().at("client_assertion")), ClaimsOf(assertion));
  ASSERT_TRUE(
      Obtain(provider, text + " client_assertion_audience: 'https://issuer'", secrets).ok());
  EXPECT_THAT(ClaimsOf(provider.Form().at("client_assertion")),
              HasSubstr(R"("aud":"https://issuer")"));
}

TEST(OAuth2Grant, SignsTheGrantsAssertion) {
  struct Case {
    const char* name;
    std::string text;
    std::vector<std::string> claims;
    std::vector<std::string> absent;
  };
  const Case cases[] = {
      {"as Google wants it",
       "jwt_bearer { key {} issuer: 'sa@x' subject: 'admin@x' lifetime { seconds: 3600 } "
       "claims { key: 'scope' value: '{{vars.scope}}' } } vars { key: 'scope' value: 'a b' }",
       {R"("aud":"https://login.example/token")", R"("iss":"sa@x")", R"("sub":"admin@x")",
        R"("scope":"a b")", R"("exp":1767229170,"iat":1767225570)", R"("nbf":1767225570)"},
       {}},
      {"defaults",
       "jwt_bearer { key {} } client_id: 'me'",
       {R"("iss":"me")", R"("exp":1767225870,"iat":1767225570)"},
       {"\"sub\""}},
      {"audience",
       "jwt_bearer { key {} audience: 'urn:x' } client_id: 'me'",
       {R"("aud":"urn:x")"},
       {}},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.name);
    ScriptedProvider provider;
    const auto tokens =
        Obtain(provider, test.text, {{"jwt_bearer.key.private_key", test::kRsaPkcs8}});
    ASSERT_TRUE(tokens.ok()) << tokens.status();
    EXPECT_TRUE(tokens->refresh_token.empty());
    const auto fields = provider.Form();
    EXPECT_EQ(fields.at("grant_type"), "urn:ietf:params:oauth:grant-type:jwt-bearer");
    const std::string claims = ClaimsOf(fields.at("assertion"));
    for (const std::string& claim : test.claims) EXPECT_THAT(claims, HasSubstr(claim));
    for (const std::string& claim : test.absent) EXPECT_THAT(claims, Not(HasSubstr(claim)));
  }
}

TEST(OAuth2Grant, SendsJsonAndFurtherHeaders) {
  ScriptedProvider provider;
  ASSERT_TRUE(
      Obtain(provider,
             "client_credentials {} client_id: 'me' body_format: BODY_FORMAT_JSON "
             "client_authentication: CLIENT_AUTHENTICATION_BODY resources: ['urn:a', 'urn:b'] "
             "headers { key: 'X-Region' value: '{{vars.region}}' } "
             "vars { key: 'region' value: 'eu' }",
             {{"client_secret", "s\"1"}})
          .ok());
  EXPECT_EQ(provider.transport.requests().front().body,
            R"({"grant_type":"client_credentials","resource":["urn:a","urn:b"],)"
            R"("client_id":"me","client_secret":"s\"1"})");
  EXPECT_EQ(provider.Header("Content-Type"), "application/json");
  EXPECT_EQ(provider.Header("X-Region"), "eu");
}

TEST(OAuth2Grant, WithoutATokenAPersonIsNeeded) {
  ScriptedProvider provider;
  for (const char* text :
       {"authorization_code { authorization_url: 'https://login.example/a' } client_id: 'me'",
        "device_code { device_authorization_url: 'https://login.example/d' } client_id: 'me'"}) {
    const auto tokens = MakeGrant(provider, text, {})->Obtain(secret::Secret(), {});
    EXPECT_EQ(base::ReasonOf(tokens.status()), Reason::kReauthRequired) << text;
  }
  EXPECT_TRUE(provider.transport.requests().empty());
}

TEST(OAuth2Grant, AsksNoHostThatIsNotAllowed) {
  ScriptedProvider provider;
  const auto grant = MakeTokenGrant(
      ParseOAuth2("client_credentials {} client_id: 'me' token_url: 'https://evil.example/token'"),
      ExampleHosts(), MakeSecrets({{"client_secret", "s"}}), provider.environment());
  EXPECT_EQ(base::ReasonOf((*grant)->Obtain(secret::Secret(), {}).status()),
            Reason::kHostNotAllowed);
  EXPECT_TRUE(provider.transport.requests().empty());
}

TEST(OAuth2Grant, MissingAndWrongSecrets) {
  struct Case {
    const char* text;
    Secrets secrets;
    const char* message;
  };
  const Case cases[] = {
      {"client_credentials {} client_authentication: CLIENT_AUTHENTICATION_BASIC",
       {},
       "no client secret"},
      {"client_credentials {} client_authentication: CLIENT_AUTHENTICATION_BODY",
       {},
       "no client secret"},
      {"client_credentials {} client_authentication: CLIENT_AUTHENTICATION_PRIVATE_KEY_JWT",
       {},
       "no client key"},
      {"client_credentials {} client_authentication: CLIENT_AUTHENTICATION_PRIVATE_KEY_JWT",
       {{"client_key.private_key", test::kRsa1024}},
       "has a client key that has 1024 bits"},
      {"password { username: 'u' }", {}, "no password"},
      {"refresh_token {}", {}, "no refresh token"},
      {"jwt_bearer {}", {}, "no private key"},
      {"jwt_bearer {}", {{"jwt_bearer.key.private_key", "x"}}, "has a private key that is no"},
  };
  for (const Case& test : cases) {
    ScriptedProvider provider;
    const auto grant = MakeTokenGrant(
        ParseOAuth2(std::string("client_id: 'me' token_url: 'https://login.example/' ") +
                    test.text),
        ExampleHosts(), MakeSecrets(test.secrets), provider.environment());
    ASSERT_FALSE(grant.ok()) << test.text;
    EXPECT_EQ(base::ReasonOf(grant.status()), Reason::kCredentialCorrupt) << grant.status();
    EXPECT_THAT(base::MessageOf(grant.status()), HasSubstr(test.message));
  }
  ScriptedProvider provider;
  for (const char* wrong : {"client_credentials {}", "token_url: 'https://login.example/'"}) {
    EXPECT_EQ(base::ReasonOf(
                  MakeTokenGrant(ParseOAuth2(wrong), ExampleHosts(), {}, provider.environment())
                      .status()),
              Reason::kInvalidArgument);
  }
}

TEST(OAuth2Grant, ErrorsTellNoSecret) {
  ScriptedProvider provider;
  provider.transport.EnqueueJson(
      R"({"error":"invalid_grant","error_description":"no refresh token tok-abcdef"})", 400);
  const auto tokens =
      MakeGrant(provider, "refresh_token {} client_id: 'me'",
                {{"client_secret", "s"}, {"refresh_token.refresh_token", "first-one"}})
          ->Obtain(secret::Secret("tok-abcdef"), {});
  EXPECT_EQ(base::ReasonOf(tokens.status()), Reason::kReauthRequired);
  EXPECT_THAT(base::MessageOf(tokens.status()), Not(HasSubstr("tok-abcdef")));
}

TEST(OAuth2Grant, TheTransportsWordStands) {
  ScriptedProvider provider;
  for (const Reason reason : {Reason::kVendorTimeout, Reason::kVendorUnreachable,
                              Reason::kVendorTls, Reason::kCancelled}) {
    provider.transport.Enqueue(base::Error(reason, "x"));
    const auto tokens = MakeGrant(provider, "client_credentials {} client_id: 'me'", {})
                            ->Obtain(secret::Secret(), {});
    EXPECT_EQ(base::ReasonOf(tokens.status()), reason);
  }
  provider.transport.EnqueueJson(R"({"access_token":")" +
                                 std::string(OAuth2Answer::kBodyBytesMax, 'x') + "\"}");
  EXPECT_EQ(base::ReasonOf(MakeGrant(provider, "client_credentials {} client_id: 'me'", {})
                               ->Obtain(secret::Secret(), {})
                               .status()),
            Reason::kResponseTooLarge);
}

TEST(OAuth2Grant, WhichGrantsDependOnARefreshToken) {
  EXPECT_TRUE(RenewsByRefreshToken(ParseOAuth2("authorization_code {}")));
  EXPECT_TRUE(RenewsByRefreshToken(ParseOAuth2("device_code {}")));
  EXPECT_TRUE(RenewsByRefreshToken(ParseOAuth2("refresh_token {}")));
  EXPECT_FALSE(RenewsByRefreshToken(ParseOAuth2("client_credentials {}")));
  EXPECT_FALSE(RenewsByRefreshToken(ParseOAuth2("password {}")));
  EXPECT_FALSE(RenewsByRefreshToken(ParseOAuth2("jwt_bearer {}")));
}

}  // namespace
}  // namespace syncline::auth
