#include "auth/oauth2_authorization.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status.h"
#include "tests/auth/scripted_provider.h"

namespace syncline::auth {
namespace {

using base::Reason;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;
using testing::StartsWith;

constexpr char kSpec[] =
    "authorization_code { authorization_url: 'https://login.example/authorize?tenant=7' "
    "parameters { key: 'access_type' value: 'offline' } } "
    "token_url: 'https://login.example/token' client_id: 'me' scopes: ['a', 'b'] "
    "resources: ['urn:x', 'urn:y'] ";
constexpr char kRedirect[] = "https://sync.example/callback";

TEST(BeginAuthorization, WritesTheUrl) {
  ScriptedProvider provider;
  const auto client = MakeClient(provider, kSpec, {{"client_secret", "s"}});
  const auto request = BeginAuthorization(*client, kRedirect, {});
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_THAT(request->url.ToString(), StartsWith("https://login.example/authorize?tenant=7&"));
  const std::string challenge =
      secret::EncodeBase64Url(secret::Sha256(request->code_verifier.Reveal()));
  EXPECT_THAT(
      ScriptedProvider::ParseForm(request->url.query),
      ElementsAre(Pair("tenant", "7"), Pair("response_type", "code"), Pair("client_id", "me"),
                  Pair("redirect_uri", kRedirect), Pair("state", request->state),
                  Pair("scope", "a b"), Pair("resource", "urn:x"), Pair("resource", "urn:y"),
                  Pair("code_challenge", challenge), Pair("code_challenge_method", "S256"),
                  Pair("access_type", "offline")));
  EXPECT_EQ(request->state.size(), 43);
  EXPECT_EQ(request->code_verifier.Reveal().size(), 43);  // RFC 7636 4.1: 43 to 128
  EXPECT_THAT(request->url.query, Not(HasSubstr(std::string(request->code_verifier.Reveal()))));

  const auto again = BeginAuthorization(*client, kRedirect, {});
  EXPECT_NE(again->state, request->state);
  EXPECT_NE(again->code_verifier.Reveal(), request->code_verifier.Reveal());
  EXPECT_TRUE(provider.transport.requests().empty());
}

// RFC 7636 appendix B.
TEST(BeginAuthorization, TheChallengeIsThatOfTheStandard) {
  EXPECT_EQ(secret::EncodeBase64Url(secret::Sha256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST(BeginAuthorization, WithoutPkce) {
  ScriptedProvider provider;
  const auto client = MakeClient(
      provider,
      "authorization_code { authorization_url: 'https://login.example/a' disable_pkce: true } "
      "token_url: 'https://login.example/token' client_id: 'me'",
      {});
  const auto request = BeginAuthorization(*client, kRedirect, {});
  ASSERT_TRUE(request.ok());
  EXPECT_TRUE(request->code_verifier.empty());
  EXPECT_THAT(request->url.query, Not(HasSubstr("code_challenge")));
}

TEST(BeginAuthorization, RedirectUris) {
  ScriptedProvider provider;
  const auto client = MakeClient(provider, kSpec, {});
  for (const char* uri : {"https://a.example/cb", "http://127.0.0.1:8400/", "com.app:/cb",
                          "urn:ietf:wg:oauth:2.0:oob"}) {
    EXPECT_TRUE(BeginAuthorization(*client, uri, {}).ok()) << uri;
  }
  for (const std::string& uri :
       {std::string(), std::string("/callback"), std::string("https://a.example/#x"),
        std::string("a b:c"), std::string(":x"), std::string("https:"),
        "https://a.example/" + std::string(2048, 'x')}) {
    const auto request = BeginAuthorization(*client, uri, {});
    ASSERT_FALSE(request.ok()) << uri;
    EXPECT_EQ(base::FieldViolationsOf(request.status()).front().field, "redirectUri");
  }
}

TEST(BeginAuthorization, NeedsTheGrant) {
  ScriptedProvider provider;
  const auto client = MakeClient(
      provider, "client_credentials {} client_id: 'me' token_url: 'https://login.example/t'", {});
  EXPECT_EQ(base::ReasonOf(BeginAuthorization(*client, kRedirect, {}).status()),
            Reason::kInvalidArgument);
}

TEST(BeginAuthorization, FindsTheUrlInTheMetadata) {
  ScriptedProvider provider;
  const std::string spec = "authorization_code {} issuer: 'https://login.example' client_id: 'me' ";
  provider.transport.EnqueueJson(R"({"issuer":"https://login.example",
      "authorization_endpoint":"https://accounts.example/auth"})");
  const auto request = BeginAuthorization(*MakeClient(provider, spec, {}), kRedirect, {});
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->url.host, "accounts.example");
  provider.transport.EnqueueJson(R"({"issuer":"https://login.example"})");
  const auto missing = BeginAuthorization(*MakeClient(provider, spec, {}), kRedirect, {});
  EXPECT_EQ(base::ReasonOf(missing.status()), Reason::kSignInFailed);
  EXPECT_THAT(base::MessageOf(missing.status()),
              HasSubstr("oauth2.authorizationCode.authorizationUrl"));
}

TEST(ExchangeCode, SendsCodeAndVerifier) {
  ScriptedProvider provider;
  const auto client = MakeClient(provider, kSpec, {{"client_secret", "s"}});
  provider.transport.EnqueueJson(R"({"access_token":"a","refresh_token":"r","expires_in":60})");
  const auto tokens =
      ExchangeCode(*client, secret::Secret("the code"), secret::Secret("verifier"), kRedirect, {});
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  EXPECT_EQ(tokens->refresh_token.Reveal(), "r");
  const std::map<std::string, std::string> expected = {{"grant_type", "authorization_code"},
                                                       {"code", "the code"},
                                                       {"code_verifier", "verifier"},
                                                       {"redirect_uri", kRedirect},
                                                       {"resource", "urn:x urn:y"}};
  EXPECT_EQ(provider.Form(), expected);
  EXPECT_EQ(provider.Header("Authorization"), "Basic bWU6cw==");
}

TEST(ExchangeCode, ACodeServesOnce) {
  ScriptedProvider provider;
  const auto client = MakeClient(provider, kSpec, {{"client_secret", "s"}});
  provider.transport.EnqueueJson(
      R"({"error":"invalid_grant","error_description":"code code-12345 was used"})", 400);
  const auto tokens =
      ExchangeCode(*client, secret::Secret("code-12345"), secret::Secret(), kRedirect, {});
  EXPECT_EQ(base::ReasonOf(tokens.status()), Reason::kReauthRequired);
  EXPECT_THAT(base::MessageOf(tokens.status()), Not(HasSubstr("code-12345")));
  EXPECT_FALSE(provider.Form().contains("code_verifier"));
}

}  // namespace
}  // namespace syncline::auth
