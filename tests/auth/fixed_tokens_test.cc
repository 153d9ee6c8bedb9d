#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/api_token_authenticator.h"
#include "auth/placed_token.h"
#include "tests/auth/sign_in_fixture.h"

namespace syncline::auth {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// The sign-ins of vendors as their pages describe them.
struct VendorCase {
  const char* name;
  const char* credential;
  const char* header;
  const char* expected;
};

TEST(FixedSignIns, OfWorkedVendors) {
  const VendorCase cases[] = {
      {"Okta", "api_token { header: 'Authorization' prefix: 'SSWS ' token: '00abc' }",
       "Authorization", "SSWS 00abc"},
      {"Zendesk", "basic { username: 'me@example.com/token' password: 'key' }", "Authorization",
       "Basic bWVAZXhhbXBsZS5jb20vdG9rZW46a2V5"},
      {"BambooHR", "basic { secret_username: 'key' password: 'x' }", "Authorization",
       "Basic a2V5Ong="},
      {"Freshservice", "basic { secret_username: 'key' password: 'X' }", "Authorization",
       "Basic a2V5Olg="},
      {"an empty password", "basic { secret_username: 'key' password: '' }", "Authorization",
       "Basic a2V5Og=="},
      {"the example of RFC 7617 2.1", "basic { username: 'test' password: '123\xC2\xA3' }",
       "Authorization", "Basic dGVzdDoxMjPCow=="},
      {"a colon in the password", "basic { username: 'me' password: 'a:b' }", "Authorization",
       "Basic bWU6YTpi"},
      {"a cookie", "api_token { cookie: 'sid' token: 'abc' }", "Cookie", "lang=en; sid=abc"},
      {"Opsgenie", "api_token { header: 'Authorization' prefix: 'GenieKey ' token: 'k' }",
       "Authorization", "GenieKey k"},
  };
  for (const auto& [name, credential, header, expected] : cases) {
    ScriptedVendor vendor;
    const auto authenticator = vendor.Make("allowed_hosts: 'v.example' " + std::string(credential));
    http::Request request = RequestOf("https://v.example/list");
    request.headers.Add("Cookie", "lang=en");
    ASSERT_TRUE(authenticator->Apply(request, {}).ok()) << name;
    EXPECT_EQ(request.headers.Find(header), expected) << name;
  }
}

TEST(FixedSignIns, ATokenInTheBody) {
  ScriptedVendor vendor;
  const auto authenticator = vendor.Make(
      "allowed_hosts: 'v.example' api_token { body: 'auth.key' prefix: 'v1 ' token: 'sentinel' }");
  http::Request request = RequestOf("https://v.example/list");
  EXPECT_EQ(base::ReasonOf(authenticator->Apply(request, {})), base::Reason::kInvalidArgument);
  request.method = http::Method::kPost;
  request.body = R"({"limit":10})";
  ASSERT_TRUE(authenticator->Apply(request, {}).ok());
  EXPECT_EQ(request.body, R"({"limit":10,"auth":{"key":"v1 sentinel"}})");
  EXPECT_EQ(authenticator->Scrub("c2VudGluZWw="), "[withheld]=");
}

TEST(FixedSignIns, SeveralTokensAtOnce) {
  ScriptedVendor vendor;
  const auto authenticator = vendor.Make(R"(allowed_hosts: 'v.example' api_tokens {
      tokens { key: 'api' value { header: 'DD-API-KEY' token: 'one-secret' } }
      tokens { key: 'application' value { query: 'application_key' token: 'two-secret' } } })");
  http::Request request = RequestOf("https://v.example/list?x=1");
  ASSERT_TRUE(authenticator->Apply(request, {}).ok());
  EXPECT_EQ(request.headers.Find("DD-API-KEY"), "one-secret");
  EXPECT_EQ(request.url.query, "x=1&application_key=two-secret");
  authenticator->Strip(&request.url);
  EXPECT_EQ(request.url.query, "x=1");
  EXPECT_EQ(authenticator->Scrub("one-secret two-secret"), "[withheld] [withheld]");
  http::Request other = RequestOf("https://other.example/");
  EXPECT_EQ(base::ReasonOf(authenticator->Apply(other, {})), base::Reason::kHostNotAllowed);
  EXPECT_TRUE(other.headers.all().empty());
}

struct MistakeCase {
  const char* text;
  const char* field;
};

TEST(FixedSignIns, NameTheField) {
  const MistakeCase cases[] = {
      {"api_token { cookie: 'a b' token: 't' }", "apiToken.cookie"},
      {"api_token { cookie: 'a' token: 'sentinel;' }", "apiToken.token"},
      {"api_token { cookie: 'a' prefix: 'v 1' token: 't' }", "apiToken.prefix"},
      {"api_token { header: 'Cookie' token: 't' }", "apiToken.header"},
      {"api_token { body: '' token: 't' }", "apiToken.body"},
      {"api_token { body: 'a..b' token: 't' }", "apiToken.body"},
      {"api_token { body: '.a' token: 't' }", "apiToken.body"},
      {"api_token { body: 'a.b.c.d.e.f.g.h.i.j' token: 't' }", "apiToken.body"},
      {"api_tokens {}", "apiTokens.tokens"},
      {"api_tokens { tokens { key: 'a' value { header: 'X' } } }", "apiTokens.tokens.a.token"},
      {"api_tokens { tokens { key: 'A-b' value { header: 'X' token: 't' } } }",
       "apiTokens.tokens.A-b"},
      {"basic { username: 'a' secret_username: 'b' }", "basic.username"},
      {"basic { secret_username: 'sentinel:' }", "basic.secretUsername"},
      {"basic { secret_username: '' }", "basic.username"},
      {"basic { username: 'a' password: 'sentinel\\n' }", "basic.password"},
  };
  for (const auto& [text, field] : cases) {
    const absl::Status status = ValidateText("allowed_hosts: 'a' " + std::string(text));
    EXPECT_THAT(FieldsOf(status), ElementsAre(field)) << text;
    EXPECT_THAT(base::MessageOf(status), Not(HasSubstr("sentinel"))) << text;
  }
}

TEST(FixedSignIns, NoTwoTokensGoToTheSamePlace) {
  const struct {
    const char* one;
    const char* other;
    bool same;
  } cases[] = {
      {"header: 'X-Key'", "header: 'x-key'", true}, {"header: 'X-Key'", "query: 'X-Key'", false},
      {"query: 'key'", "query: 'key'", true},       {"query: 'key'", "query: 'Key'", false},
      {"cookie: 'a'", "cookie: 'a'", true},         {"body: 'auth'", "body: 'auth.key'", true},
      {"body: 'auth.a'", "body: 'auth.b'", false},  {"body: 'auth'", "body: 'auth2'", false},
  };
  for (const auto& [one, other, same] : cases) {
    const absl::Status status = ValidateText(
        "allowed_hosts: 'a' api_tokens { tokens { key: 'one' value { token: 't' " +
        std::string(one) + " } } tokens { key: 'two' value { token: 't' " + other + " } } }");
    EXPECT_EQ(status.ok(), !same) << one << " " << other;
    if (same) {
      EXPECT_THAT(MistakesOf(status),
                  ElementsAre("apiTokens.tokens.two: goes to the same place as \"one\""));
    }
  }
}

TEST(FixedSignIns, AStoredTokenStaysPerName) {
  const char* const text = R"(allowed_hosts: 'a' api_tokens {
      tokens { key: 'one' value { header: 'A' } } tokens { key: 'two' value { header: 'B' } } })";
  EXPECT_THAT(FieldsOf(ValidateText(text, {"api_tokens.tokens.one.token"})),
              ElementsAre("apiTokens.tokens.two.token"));
}

}  // namespace
}  // namespace syncline::auth
