#include "auth/authenticator.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "base/status.h"
#include "tests/support/fake_clock.h"
#include "tests/support/scripted_transport.h"

namespace syncline::auth {
namespace {

using testing::HasSubstr;
using testing::Not;

v1::Credential Parse(const std::string& text) {
  v1::Credential credential;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &credential)) << text;
  return credential;
}

// What no kind of this file uses.
Environment SignIn() {
  static test::ScriptedTransport& transport = *new test::ScriptedTransport();
  static test::FakeClock& clock = *new test::FakeClock();
  static base::SeededRandom& random = *new base::SeededRandom(1);
  return {.transport = transport, .clock = clock, .random = random};
}

std::unique_ptr<Authenticator> Make(const std::string& text, const char* path = "",
                                    const char* secret_text = "") {
  SecretMap secrets;
  secrets.emplace(path, secret::Secret(secret_text));
  auto made = MakeAuthenticator(Parse(text), secrets, SignIn());
  EXPECT_TRUE(made.ok()) << base::MessageOf(made.status());
  return *std::move(made);
}

http::Request RequestTo(const std::string& url) {
  return http::Request{.url = *http::Url::Parse(url)};
}

TEST(BasicAuthenticator, SendsTheExampleOfTheStandard) {
  const auto authenticator = Make("allowed_hosts: 'a.example' basic { username: 'Aladdin' }",
                                  "basic.password", "open sesame");
  http::Request request = RequestTo("https://a.example/");
  ASSERT_TRUE(authenticator->Apply(request, {}).ok());
  EXPECT_EQ(request.headers.Find("authorization"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
}

TEST(BasicAuthenticator, AnEmptyPasswordIsOne) {
  const auto authenticator = Make("allowed_hosts: 'a.example' basic { username: 'key' }");
  http::Request request = RequestTo("https://a.example/");
  ASSERT_TRUE(authenticator->Apply(request, {}).ok());
  EXPECT_EQ(request.headers.Find("authorization"), "Basic a2V5Og==");
  EXPECT_EQ(authenticator->Scrub("a2V5Og=="), "a2V5Og==");
}

TEST(ApiTokenAuthenticator, PutsTheTokenBehindItsPrefixIntoAHeader) {
  const auto authenticator =
      Make("allowed_hosts: 'a.example' api_token { header: 'Authorization' prefix: 'SSWS ' }",
           "api_token.token", "t0ken");
  http::Request request = RequestTo("https://a.example/?x=1");
  request.headers.Add("authorization", "other");
  ASSERT_TRUE(authenticator->Apply(request, {}).ok());
  EXPECT_EQ(request.headers.Find("Authorization"), "SSWS t0ken");
  EXPECT_EQ(request.headers.all().size(), 1U);
  EXPECT_EQ(request.url.query, "x=1");
}

TEST(ApiTokenAuthenticator, PutsTheTokenIntoTheQueryAndTakesItOutAgain) {
  const auto authenticator =
      Make("allowed_hosts: 'a.example' api_token { query: 'key' }", "api_token.token", "t0/ken");
  http::Request request = RequestTo("https://a.example/?key=old&x=1");
  ASSERT_TRUE(authenticator->Apply(request, {}).ok());
  EXPECT_EQ(request.url.query, "key=t0%2Fken&x=1");
  authenticator->Strip(&request.url);
  EXPECT_EQ(request.url.query, "x=1");
}

TEST(Authenticator, NeedsItsSecret) {
  const auto made =
      MakeAuthenticator(Parse("allowed_hosts: 'a' api_token { header: 'X-Key' }"), {}, SignIn());
  EXPECT_EQ(base::ReasonOf(made.status()), base::Reason::kCredentialCorrupt);
}

TEST(Authenticator, WithoutAKindSignsNothingAndGoesAnywhere) {
  const auto authenticator = MakeNoAuthenticator();
  http::Request request = RequestTo("https://anywhere.example/");
  ASSERT_TRUE(authenticator->Apply(request, {}).ok());
  EXPECT_TRUE(request.headers.all().empty());
  EXPECT_FALSE(authenticator->NamesHost(request.url));
}

struct HostCase {
  const char* allowed;
  const char* url;
  bool expected;
};

TEST(Authenticator, TouchesNoRequestToAnotherHost) {
  const HostCase cases[] = {
      {"a.example", "https://a.example/", true},
      {"a.example", "http://a.example:8080/", true},
      {"a.example", "https://A.EXAMPLE/", true},
      {"a.example", "https://b.example/", false},
      {"a.example", "https://a.example.evil.example/", false},
      {"a.example", "https://sub.a.example/", false},
      {"a.example:8443", "https://a.example:8443/", true},
      {"a.example:8443", "https://a.example/", false},
      {"a.example:443", "https://a.example/", true},
      {"127.0.0.1:8080", "http://127.0.0.1:8080/", true},
      {"127.0.0.1:8080", "http://127.0.0.1:8081/", false},
      {"::1", "http://[::1]:99/", true},
      {"[::1]:80", "http://[::1]:99/", false},
      {"[::1]:99", "http://[::1]:99/", true},
  };
  for (const auto& [allowed, url, expected] : cases) {
    const auto authenticator =
        Make(std::string("allowed_hosts: '") + allowed + "' api_token { header: 'X-Key' }",
             "api_token.token", "sentinel");
    http::Request request = RequestTo(url);
    const absl::Status status = authenticator->Apply(request, {});
    EXPECT_EQ(status.ok(), expected) << allowed << " " << url;
    EXPECT_EQ(authenticator->NamesHost(request.url), expected);
    if (expected) continue;
    EXPECT_EQ(base::ReasonOf(status), base::Reason::kHostNotAllowed);
    EXPECT_THAT(base::MessageOf(status), HasSubstr(allowed));
    EXPECT_THAT(base::MessageOf(status), HasSubstr(request.url.host));
    EXPECT_TRUE(request.headers.all().empty());
  }
}

TEST(Authenticator, FollowsRedirectsUnlessTheUrlIsSigned) {
  const std::string to = "allowed_hosts: 'a' ";
  EXPECT_TRUE(
      Make(to + "api_token { header: 'X-Key' }", "api_token.token", "s")->MayFollowRedirects());
  EXPECT_TRUE(MakeNoAuthenticator()->MayFollowRedirects());
  EXPECT_FALSE(Make(to + "hmac { string_to_sign: '{{request.url}}' "
                         "headers { key: 'X-Sign' value: '{{signature}}' } }",
                    "hmac.key", "s")
                   ->MayFollowRedirects());
}

TEST(Authenticator, ScrubsEveryFormOfTheSecret) {
  const auto authenticator =
      Make("allowed_hosts: 'a' basic { username: 'me' }", "basic.password", "p/a\"ss");
  EXPECT_EQ(authenticator->Scrub("wrong password"), "wrong password");
  for (const std::string form :
       {"p/a\"ss", "p%2Fa%22ss", "p/a\\\"ss", "p\\/a\\\"ss", "cC9hInNz", "bWU6cC9hInNz"}) {
    EXPECT_THAT(authenticator->Scrub("you sent <" + form + ">"), Not(HasSubstr(form)));
  }
}

}  // namespace
}  // namespace syncline::auth
