#include "auth/session_authenticator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/signing_transport.h"
#include "tests/auth/session_fixture.h"
#include "tests/auth/sign_in_fixture.h"

namespace syncline::auth {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// "POST https://… body [header: value]" of each request.
std::vector<std::string> Told(const ScriptedVendor& vendor, const char* header = "Authorization") {
  std::vector<std::string> told;
  for (const http::Request& request : vendor.transport.requests()) {
    std::string line = std::string(http::MethodName(request.method)) + " " +
                       request.url.ToString() + " " + request.body;
    if (const auto value = request.headers.Find(header)) line += "[" + std::string(*value) + "]";
    told.push_back(line);
  }
  return told;
}

absl::StatusOr<http::Response> Ask(ScriptedVendor& vendor, Authenticator& authenticator,
                                   const std::string& url) {
  return SigningTransport(vendor.transport, authenticator).Send(RequestOf(url), {}, {});
}

TEST(SessionAuthenticator, Tanium) {
  ScriptedVendor vendor;
  vendor.transport.EnqueueJson(R"({"data":{"session":"s-1-token"}})");
  for (int i = 0; i < 4; ++i) vendor.transport.EnqueueJson("[]");
  const auto authenticator = vendor.Make(kTanium);
  for (int page = 0; page < 3; ++page) {
    ASSERT_TRUE(Ask(vendor, *authenticator, "https://tanium.example/assets").ok());
  }
  authenticator->End();
  EXPECT_THAT(
      Told(vendor, "session"),
      ElementsAre("POST https://tanium.example/api/v2/session/login "
                  R"({"password":"sentinel","username":"svc"})",
                  "GET https://tanium.example/assets [s-1-token]",
                  "GET https://tanium.example/assets [s-1-token]",
                  "GET https://tanium.example/assets [s-1-token]",
                  R"(POST https://tanium.example/api/v2/session/logout {"session":"s-1-token"})"
                  "[s-1-token]"));
  EXPECT_EQ(authenticator->Scrub("sentinel s-1-token"), "[withheld] [withheld]");
}

TEST(SessionAuthenticator, OpenAudit) {
  ScriptedVendor vendor;
  http::Response login;
  login.status = 303;
  login.headers.Add("Set-Cookie", "PHPSESSID=abcdef; path=/; HttpOnly");
  login.headers.Add("Location", "/open-audit/index.php/summaries");
  vendor.transport.Enqueue(login);
  vendor.transport.EnqueueJson("[]");
  const auto authenticator = vendor.Make(kOpenAudit);
  ASSERT_TRUE(Ask(vendor, *authenticator, "https://audit.example/open-audit/devices").ok());
  EXPECT_THAT(Told(vendor, "Cookie"),
              ElementsAre("POST https://audit.example/open-audit/index.php/logon "
                          "password=sentinel&username=admin",
                          "GET https://audit.example/open-audit/devices [PHPSESSID=abcdef]"));
  EXPECT_EQ(vendor.transport.requests()[0].headers.Find("Content-Type"),
            "application/x-www-form-urlencoded");
  EXPECT_EQ(authenticator->Scrub("abcdef"), "[withheld]");
}

TEST(SessionAuthenticator, Zoom) {
  ScriptedVendor vendor([](const http::Request& request) {
    return test::JsonResponse(request.url.host == "zoom.us"
                                  ? R"({"access_token":"zoom-token","expires_in":3600})"
                                  : "[]");
  });
  const auto authenticator = vendor.Make(kZoom);
  const auto ask = [&] {
    ASSERT_TRUE(Ask(vendor, *authenticator, "https://api.zoom.us/v2/users").ok());
  };
  ask();
  vendor.clock.Advance(seconds(3569));
  ask();
  EXPECT_THAT(Told(vendor),
              ElementsAre("POST https://zoom.us/oauth/token "
                          "account_id=acc&grant_type=account_credentials[Basic Y2xpOnNlbnRpbmVs]",
                          "GET https://api.zoom.us/v2/users [Bearer zoom-token]",
                          "GET https://api.zoom.us/v2/users [Bearer zoom-token]"));
  vendor.clock.Advance(seconds(1));  // 30 seconds before it ends
  ask();
  EXPECT_EQ(vendor.transport.requests().size(), 5U);
}

TEST(SessionAuthenticator, FacebooksPageTokenIsASecondStep) {
  ScriptedVendor vendor;
  vendor.transport.EnqueueJson(R"({"id":12345})");
  vendor.transport.EnqueueJson(R"({"data":[{"access_token":"page-token"}]})");
  vendor.transport.EnqueueJson("[]");
  const auto authenticator = vendor.Make(kFacebook);
  ASSERT_TRUE(Ask(vendor, *authenticator, "https://graph.example/42/posts").ok());
  EXPECT_THAT(Told(vendor),
              ElementsAre("GET https://graph.example/me [Bearer sentinel]",
                          "GET https://graph.example/12345/accounts?fields=access_token&page=42 "
                          "[Bearer sentinel]",
                          "GET https://graph.example/42/posts?access_token=page-token "));
  http::Url next = *http::Url::Parse("https://graph.example/42/posts?access_token=page-token&a=1");
  authenticator->Strip(&next);
  EXPECT_EQ(next.query, "a=1");
}

TEST(SessionAuthenticator, ASessionThatWasGoodIsOpenedAnewOnce) {
  ScriptedVendor vendor;
  const auto authenticator = vendor.Make(kTanium);
  vendor.transport.EnqueueJson(R"({"data":{"session":"first"}})");
  vendor.transport.EnqueueJson("[]");
  vendor.transport.EnqueueJson("{}", 401);
  vendor.transport.EnqueueJson(R"({"data":{"session":"second"}})");
  vendor.transport.EnqueueJson("[]");
  vendor.transport.EnqueueJson("[]");
  for (int page = 0; page < 3; ++page) {
    EXPECT_EQ(Ask(vendor, *authenticator, "https://tanium.example/assets")->status, 200);
  }
  EXPECT_THAT(vendor.transport.requests().back().headers.Find("session"), "second");
  EXPECT_EQ(vendor.transport.requests().size(), 6U);
  EXPECT_EQ(authenticator->Scrub("first second"), "[withheld] [withheld]");
}

TEST(SessionAuthenticator, AFreshSessionThatIsRefusedEndsTheSignIn) {
  const auto run = [](const std::string& more, int status, bool after_renewal) {
    ScriptedVendor vendor;
    std::string text = kTanium;
    text.insert(text.rfind('}'), more);
    const auto authenticator = vendor.Make(text);
    vendor.transport.EnqueueJson(R"({"data":{"session":"first"}})");
    if (after_renewal) {
      vendor.transport.EnqueueJson("[]");
      EXPECT_TRUE(Ask(vendor, *authenticator, "https://tanium.example/assets").ok());
      vendor.transport.EnqueueJson("{}", status);
      vendor.transport.EnqueueJson(R"({"data":{"session":"second"}})");
    }
    vendor.transport.EnqueueJson(R"({"error":"no right for sentinel"})", status);
    return Ask(vendor, *authenticator, "https://tanium.example/assets").status();
  };
  for (const bool after_renewal : {false, true}) {
    for (const auto& [more, status] : {std::pair<std::string, int>("", 401),
                                       {"expired_statuses: 440 expired_statuses: 401", 440}}) {
      const absl::Status refused = run(more, status, after_renewal);
      EXPECT_EQ(base::ReasonOf(refused), base::Reason::kAuthFailed) << status << after_renewal;
      EXPECT_THAT(base::MessageOf(refused),
                  HasSubstr(std::to_string(status) + " to a session that had just been opened"));
      EXPECT_THAT(base::MessageOf(refused), HasSubstr("no right for [withheld]"));
    }
  }
}

struct FailureCase {
  const char* name;
  int status;
  const char* body;
  base::Reason reason;
  const char* text;
};

TEST(SessionAuthenticator, SaysWhichStepFailedAndWhy) {
  const FailureCase cases[] = {
      {"refused", 401, R"({"error":"bad password sentinel"})", base::Reason::kSignInFailed,
       "Step 1 of 1 of the login: https://tanium.example answered 401. It says: "
       "{\"error\":\"bad password [withheld]\"}."},
      {"not found", 404, "", base::Reason::kSignInFailed, "answered 404."},
      {"another shape", 200, R"({"token":"t0p-secret","meta":1})", base::Reason::kSignInFailed,
       "'token' (response.data.session) is null; the answer (200) has the members token, meta."},
      {"no JSON", 200, "<html>t0p-secret</html>", base::Reason::kSignInFailed, "is no JSON"},
      {"a list", 200, R"({"data":{"session":["t0p-secret"]}})", base::Reason::kSignInFailed,
       "is a list or an object"},
      {"throttled", 429, "", base::Reason::kVendorThrottled, "answered 429"},
      {"broken", 503, "", base::Reason::kVendorError, "answered 503"},
  };
  for (const auto& [name, status, body, reason, text] : cases) {
    ScriptedVendor vendor;
    vendor.transport.EnqueueJson(body, status);
    const auto authenticator = vendor.Make(kTanium);
    const absl::Status failed =
        Ask(vendor, *authenticator, "https://tanium.example/assets").status();
    EXPECT_EQ(base::ReasonOf(failed), reason) << name;
    EXPECT_THAT(base::MessageOf(failed), HasSubstr(text)) << name;
    for (const std::string secret : {"sentinel", "t0p-secret"}) {
      EXPECT_THAT(base::MessageOf(failed), Not(HasSubstr(secret))) << name;
      for (const auto& [key, value] : base::MetadataOf(failed)) {
        EXPECT_THAT(value, Not(HasSubstr(secret))) << name << " " << key;
      }
    }
    EXPECT_EQ(vendor.transport.requests().size(), 1U) << name;
  }
}

TEST(SessionAuthenticator, ALoginThatCannotBeReachedIsTheTransportsError) {
  ScriptedVendor vendor;
  const auto authenticator = vendor.Make(kTanium);
  EXPECT_EQ(base::ReasonOf(Ask(vendor, *authenticator, "https://tanium.example/a").status()),
            base::Reason::kVendorUnreachable);
}

TEST(SessionAuthenticator, ALoginWithoutCookieAndUseIsNone) {
  ScriptedVendor vendor;
  vendor.transport.EnqueueJson("{}");
  const auto authenticator = vendor.Make(kOpenAudit);
  const absl::Status failed = Ask(vendor, *authenticator, "https://audit.example/a").status();
  EXPECT_EQ(base::ReasonOf(failed), base::Reason::kSignInFailed);
  EXPECT_THAT(base::MessageOf(failed), HasSubstr("set no cookie"));
}

TEST(SessionAuthenticator, LogsInAtAllowedHostsOnly) {
  ScriptedVendor vendor;
  vendor.transport.EnqueueJson(R"({"tenant":"evil.example"})");
  const auto authenticator = vendor.Make(R"(allowed_hosts: 'a.example' session {
      secrets { key: 'password' value: 'sentinel' }
      login { request { url: 'https://a.example/discover' }
              capture { key: 'tenant' value: 'response.tenant' } }
      login { request { url: 'https://{{session.tenant}}/login'
                        query { key: 'p' value: '{{secrets.password}}' } } }
      headers { key: 'X' value: '{{session.tenant}}' } })");
  EXPECT_EQ(base::ReasonOf(Ask(vendor, *authenticator, "https://a.example/x").status()),
            base::Reason::kHostNotAllowed);
  EXPECT_EQ(base::ReasonOf(Ask(vendor, *authenticator, "https://b.example/x").status()),
            base::Reason::kHostNotAllowed);
  EXPECT_EQ(vendor.transport.requests().size(), 1U);
}

TEST(SessionAuthenticator, NoLogoutWithoutASession) {
  ScriptedVendor vendor;
  vendor.Make(kTanium)->End();
  EXPECT_TRUE(vendor.transport.requests().empty());
}

TEST(SessionAuthenticator, LogsInAgainWhenItsLifetimeIsOver) {
  ScriptedVendor vendor([](const http::Request& request) {
    return test::JsonResponse(
        request.method == http::Method::kPost ? R"({"data":{"session":"token"}})" : "[]");
  });
  const auto authenticator = vendor.Make(kTanium);
  for (const int pause : {0, 299, 1, 299}) {
    vendor.clock.Advance(seconds(pause));
    ASSERT_TRUE(Ask(vendor, *authenticator, "https://tanium.example/a").ok());
  }
  EXPECT_EQ(vendor.transport.requests().size(), 6U);  // two logins
}

}  // namespace
}  // namespace syncline::auth
