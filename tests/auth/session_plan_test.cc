#include "auth/session_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/session_login.h"
#include "auth/session_scope.h"
#include "tests/auth/session_fixture.h"
#include "tests/auth/sign_in_fixture.h"

namespace syncline::auth {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(SessionRules, AcceptTheWorkedVendors) {
  for (const char* text : {kTanium, kOpenAudit, kZoom, kFacebook}) {
    const absl::Status status = ValidateText(text);
    EXPECT_TRUE(status.ok()) << text << base::MessageOf(status);
  }
}

struct MistakeCase {
  const char* text;
  const char* mistake;  // "field: beginning of the description"
};

constexpr const char* kStep = "login { request { url: 'https://a.example/login' } } ";

TEST(SessionRules, NameTheField) {
  const MistakeCase cases[] = {
      {"login { request {} }", "session.login[0].request.url: is required"},
      {"login { request { url: 'https://b.example/' } }",
       "session.login[0].request.url: leads to https://b.example, which allowedHosts"},
      {"login { request { url: 'https://a.example/{{secrets.other}}' } }",
       "session.login[0].request.url: {{secrets.other}} has no value"},
      {"login { request { url: 'https://a.example/{{page.number}}' } }",
       "session.login[0].request.url: 'page' is no name here; names in scope: secrets, session, "
       "vars"},
      {"login { request { url: 'https://a.example/{{session.later}}' } capture { key: 'later' "
       "value: 'response.x' } }",
       "session.login[0].request.url: {{session.later}} has no value"},
      {"login { request { url: 'https://a.example/' } capture { key: 'A' value: 'response.x' } }",
       "session.login[0].capture.A: must be named by"},
      {"login { request { url: 'https://a.example/' } capture { key: 'a' value: 'response.[' } }",
       "session.login[0].capture.a: "},
      {"login { request { url: 'https://a.example/' } capture { key: 'a' value: 'body.x' } }",
       "session.login[0].capture.a: 'body' is no name here"},
      {"login { request { url: 'https://a.example/' } } headers { key: 'X' value: "
       "'{{secrets.password}}' }",
       "session.headers.X: 'secrets' is no name here; names in scope: session, vars"},
      {"login { request { url: 'https://a.example/' } } headers { key: 'X' value: "
       "'{{session.token}}' }",
       "session.headers.X: {{session.token}} has no value"},
      {"login { request { url: 'https://a.example/' } } headers { key: 'Host' value: 'x' }",
       "session.headers.Host: is set by Syncline itself"},
      {"login { request { url: 'https://a.example/' } } cookies { key: 'a b' value: 'x' }",
       "session.cookies.a b: is no cookie name"},
      {"login { request { url: 'https://a.example/' } } ignore_cookies: true",
       "session.headers: nothing of the session would be sent"},
      {"login { request { url: 'https://a.example/' } } lifetime {}",
       "session.lifetime: must be 1 second"},
      {"login { request { url: 'https://a.example/' } } expired_statuses: 200",
       "session.expiredStatuses[0]: is no status that refuses"},
      {"login { request { url: 'https://a.example/' } } logout { url: 'https://b.example/' }",
       "session.logout.url: leads to https://b.example"},
      {"login { request { url: 'https://a.example/' } } vars { key: 'A' value: 'x' }",
       "session.vars.A: must be named by"},
      {"login { request { url: 'https://a.example/' } } secrets { key: 'B' value: 'x' }",
       "session.secrets.B: must be named by"},
      {"headers { key: 'X' value: 'x' }", "session.login: has 0 steps; 1 to 8 are allowed"},
  };
  for (const auto& [text, mistake] : cases) {
    const absl::Status status = ValidateText(
        "allowed_hosts: 'a.example' session { secrets { key: 'password' value: 'sentinel' } " +
        std::string(text) + " }");
    EXPECT_THAT(MistakesOf(status), ElementsAre(testing::StartsWith(mistake))) << text;
  }
}

TEST(SessionRules, NameEveryMistakeAtOnceAndStepsWithTheirNumber) {
  std::string steps;
  for (int i = 0; i < 8; ++i) steps += kStep;
  const absl::Status status =
      ValidateText("allowed_hosts: 'a.example' session { " + steps + kStep +
                   "headers { key: 'X' value: '{{x}}' } lifetime { seconds: -1 } }");
  EXPECT_THAT(FieldsOf(status),
              ElementsAre("session.login", "session.headers.X", "session.lifetime"));
}

TEST(SessionRules, StoredSecretsHaveNames) {
  const char* const text = R"(allowed_hosts: 'a.example' session {
      login { request { url: 'https://a.example/login'
                        query { key: 'p' value: '{{secrets.pin}}' } } }
      })";
  EXPECT_THAT(FieldsOf(ValidateText(text)), ElementsAre("session.login[0].request.query.p"));
  EXPECT_TRUE(ValidateText(text, {"session.secrets.pin"}).ok());
  const absl::Status removed = ValidateText(
      std::string("allowed_hosts: 'a.example' session { secrets { key: 'pin' value: '' } login { "
                  "request { url: 'https://a.example/login' query { key: 'p' value: "
                  "'{{secrets.pin}}' } } } }"),
      {"session.secrets.pin"});
  EXPECT_THAT(MistakesOf(removed), ElementsAre(HasSubstr("{{secrets.pin}} has no value")));
}

TEST(SessionPlan, PutsNoHeaderThatSmugglesAnother) {
  const auto plan = SessionPlan::Compile(ParseCredential(kTanium).session(), {"password"});
  ASSERT_TRUE(plan.ok()) << base::MessageOf(plan.status());
  CapturedValues captured;
  captured["token"].text = secret::Secret("a\r\nX: 1");
  http::Request request = RequestOf("https://tanium.example/");
  EXPECT_EQ(base::ReasonOf(plan->Put(captured, {}, &request)), base::Reason::kSignInFailed);
}

}  // namespace
}  // namespace syncline::auth
