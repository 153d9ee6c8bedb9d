#include "auth/oauth2_authenticator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/signing_transport.h"
#include "base/status.h"
#include "tests/auth/scripted_provider.h"

namespace syncline::auth {
namespace {

using base::Reason;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr char kSpec[] =
    "client_credentials {} client_id: 'me' token_url: 'https://login.example/token' ";

std::unique_ptr<Authenticator> Make(ScriptedProvider& provider, const std::string& further = "") {
  v1::Credential credential;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "allowed_hosts: ['login.example', 'api.example'] oauth2 {" + (kSpec + further) + "}",
      &credential));
  auto made = MakeAuthenticator(credential, MakeSecrets({{"client_secret", "client-secret-1"}}),
                                provider.environment());
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

http::Request RequestTo(const std::string& url) {
  return http::Request{.url = *http::Url::Parse(url)};
}

TEST(OAuth2Authenticator, PlacesTheToken) {
  struct Case {
    const char* placement;
    const char* header;
    const char* value;
    const char* url;
  };
  const Case cases[] = {
      {"", "Authorization", "Bearer token-1", "https://api.example/x?a=1"},
      {"placement { header: 'X-Token' }", "X-Token", "Bearer token-1", "https://api.example/x?a=1"},
      {"placement { prefix: 'Zoho-oauthtoken ' }", "Authorization", "Zoho-oauthtoken token-1",
       "https://api.example/x?a=1"},
      {"placement { header: 'X-Token' prefix: '' }", "X-Token", "token-1",
       "https://api.example/x?a=1"},
      {"placement { query: 'access_token' }", "Authorization", "(none)",
       "https://api.example/x?a=1&access_token=token-1"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.placement);
    ScriptedProvider provider;
    provider.transport.EnqueueJson(R"({"access_token":"token-1","expires_in":3600})");
    const auto authenticator = Make(provider, test.placement);
    http::Request request = RequestTo("https://api.example/x?a=1");
    ASSERT_TRUE(authenticator->Apply(request, {}).ok());
    EXPECT_EQ(request.headers.Find(test.header).value_or("(none)"), test.value);
    EXPECT_EQ(request.url.ToString(), test.url);
    authenticator->Strip(&request.url);
    EXPECT_EQ(request.url.ToString(), "https://api.example/x?a=1");
  }
}

TEST(OAuth2Authenticator, TouchesNoSecretForAHostThatIsNotAllowed) {
  ScriptedProvider provider;
  const auto authenticator = Make(provider);
  http::Request request = RequestTo("https://evil.example/");
  EXPECT_EQ(base::ReasonOf(authenticator->Apply(request, {})), Reason::kHostNotAllowed);
  EXPECT_TRUE(provider.transport.requests().empty());
  EXPECT_TRUE(authenticator->NamesHost(*http::Url::Parse("https://api.example/")));
  EXPECT_FALSE(authenticator->NamesHost(*http::Url::Parse("https://evil.example/")));
}

TEST(OAuth2Authenticator, ScrubsWhatItHoldsAndSends) {
  ScriptedProvider provider;
  provider.transport.EnqueueJson(
      R"({"access_token":"token-1","refresh_token":"refresh-1","expires_in":3600})");
  const auto authenticator = Make(provider);
  http::Request request = RequestTo("https://api.example/");
  ASSERT_TRUE(authenticator->Apply(request, {}).ok());
  for (const char* secret : {"token-1", "refresh-1", "client-secret-1"}) {
    const std::string scrubbed = authenticator->Scrub("x me:" + std::string(secret) + " y");
    EXPECT_EQ(scrubbed, "x me:[withheld] y") << secret;
  }
  // The base64 of me:client-secret-1 is sent as a whole and goes as a whole.
  EXPECT_EQ(authenticator->Scrub("x bWU6Y2xpZW50LXNlY3JldC0x y"), "x [withheld] y");
  EXPECT_EQ(authenticator->Scrub("me and token-2"), "me and token-2");
}

// A vendor may know it although this run never had to send it.
TEST(OAuth2Authenticator, ScrubsTheConfiguredRefreshTokenFromTheStart) {
  ScriptedProvider provider;
  const auto authenticator = MakeOAuth2Authenticator(
      ParseOAuth2("refresh_token {} token_url: 'https://login.example/token' client_id: 'me'"),
      ExampleHosts(), MakeSecrets({{"refresh_token.refresh_token", "configured-1"}}),
      provider.environment());
  ASSERT_TRUE(authenticator.ok()) << authenticator.status();
  EXPECT_EQ((*authenticator)->Scrub("x configured-1 y"), "x [withheld] y");
}

// A 401 renews once and sends once more; a 403 tells of permissions; a new token that is refused
// ends it.
TEST(OAuth2Authenticator, RenewsOnceWhenTheVendorRefuses) {
  ScriptedProvider provider;
  const auto authenticator = Make(provider);
  std::vector<std::string> sent;
  std::map<std::string, int> statuses;
  test::ScriptedTransport vendor([&](const http::Request& request) {
    sent.emplace_back(request.headers.Find("Authorization").value_or(""));
    return test::JsonResponse("{}",
                              statuses.contains(sent.back()) ? statuses.at(sent.back()) : 200);
  });
  SigningTransport transport(vendor, *authenticator);
  const http::Request request = RequestTo("https://api.example/");
  provider.transport.EnqueueJson(R"({"access_token":"1"})");
  EXPECT_EQ(transport.Send(request, {}, {})->status, 200);

  provider.clock.Advance(std::chrono::seconds(60));
  statuses = {{"Bearer 1", 401}};
  provider.transport.EnqueueJson(R"({"access_token":"2"})");
  EXPECT_EQ(transport.Send(request, {}, {})->status, 200);
  EXPECT_THAT(sent, ElementsAre("Bearer 1", "Bearer 1", "Bearer 2"));

  statuses = {{"Bearer 2", 403}};
  EXPECT_EQ(transport.Send(request, {}, {})->status, 403);
  EXPECT_EQ(provider.transport.requests().size(), 2);

  statuses = {{"Bearer 2", 401}};
  EXPECT_EQ(base::ReasonOf(transport.Send(request, {}, {}).status()), Reason::kSignInFailed);
  EXPECT_EQ(provider.transport.requests().size(), 2);

  provider.clock.Advance(std::chrono::seconds(60));
  statuses = {{"Bearer 2", 401}, {"Bearer 3", 401}};
  provider.transport.EnqueueJson(R"({"access_token":"3"})");
  EXPECT_EQ(transport.Send(request, {}, {})->status, 401);  // sent twice, not more
  EXPECT_EQ(sent.size(), 7);
}

TEST(OAuth2Authenticator, AnAnswerToNothingRenewsNothing) {
  ScriptedProvider provider;
  const auto authenticator = Make(provider);
  EXPECT_FALSE(*authenticator->Renew(http::Response{.status = 401}, {}));
  EXPECT_TRUE(provider.transport.requests().empty());
}

TEST(KnownSecrets, TheNewestAreKnown) {
  KnownSecrets known;
  known.Add(secret::Secret("kept-secret"));
  known.Add(secret::Secret());
  for (std::size_t i = 0; i <= KnownSecrets::kObtainedMax; ++i) {
    known.AddObtained(secret::Secret("token<" + std::to_string(i) + ">"));
    known.AddObtained(secret::Secret("token<" + std::to_string(i) + ">"));
  }
  EXPECT_EQ(known.Scrub("token<0>"), "token<0>");
  EXPECT_NE(known.Scrub("token<1>"), "token<1>");
  EXPECT_NE(known.Scrub("a kept-secret"), "a kept-secret");
  EXPECT_EQ(known.Scrub(""), "");
}

}  // namespace
}  // namespace syncline::auth
