#include "pull/sign_in_probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status.h"
#include "tests/support/fake_clock.h"
#include "tests/support/scripted_transport.h"

namespace syncline::pull {
namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::Not;

struct ProbeCase {
  const char* name;
  int status;
  const char* header;  // "Name: value", or ""
  const char* body;
  bool accepted;
  const char* reason;
  std::vector<std::string> missing;
  const char* says;
};

class SignInProbeTest : public testing::Test {
 protected:
  SignInProbe Probe(http::Transport& transport, const std::string& url = "https://v.example/me") {
    v1::Credential credential;
    credential.add_allowed_hosts("v.example");
    credential.mutable_api_token()->set_header("X-Key");
    auth::SecretMap secrets;
    secrets.emplace("api_token.token", secret::Secret("sentinel-token"));
    const auto authenticator = auth::MakeAuthenticator(
        credential, secrets, {.transport = transport, .clock = clock_, .random = random_});
    return ProbeSignIn(**authenticator, transport, *http::Url::Parse(url), {}, {});
  }

 private:
  test::FakeClock clock_;
  base::SeededRandom random_{1};
};

class SignInProbeTable : public SignInProbeTest, public testing::WithParamInterface<ProbeCase> {};

TEST_P(SignInProbeTable, SaysWhatHappened) {
  const ProbeCase& row = GetParam();
  http::Response response = test::JsonResponse(row.body, row.status);
  const std::string header = row.header;
  if (const std::size_t colon = header.find(": "); colon != std::string::npos) {
    response.headers.Add(header.substr(0, colon), header.substr(colon + 2));
  }
  test::ScriptedTransport vendor;
  vendor.Enqueue(response);
  const SignInProbe probe = Probe(vendor);
  EXPECT_EQ(probe.accepted, row.accepted) << probe.explanation;
  EXPECT_EQ(probe.status, row.status);
  EXPECT_EQ(probe.reason, row.reason);
  EXPECT_THAT(probe.missing_scopes, ElementsAreArray(row.missing));
  EXPECT_THAT(probe.explanation, HasSubstr(row.says));
  EXPECT_EQ(vendor.requests().at(0).headers.Find("X-Key"), "sentinel-token");
}

INSTANTIATE_TEST_SUITE_P(
    Answers, SignInProbeTable,
    testing::Values(
        ProbeCase{"Accepted", 200, "", "{}", true, "", {}, "was accepted"},
        ProbeCase{"NoContent", 204, "", "", true, "", {}, "was accepted"},
        ProbeCase{"Unauthorized", 401, "", "{}", false, "AUTH_FAILED", {}, "secret is wrong"},
        ProbeCase{"Forbidden", 403, "", "{}", false, "AUTH_FAILED", {}, "permission is missing"},
        ProbeCase{
            "Rfc6750",
            403,
            "WWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"users.read groups\"",
            "{}",
            false,
            "AUTH_FAILED",
            {"users.read", "groups"},
            "users.read, groups"},
        ProbeCase{"ExpiredTokenNamesNoScope",
                  401,
                  "WWW-Authenticate: Bearer error=\"invalid_token\", scope=\"users.read\"",
                  "{}",
                  false,
                  "AUTH_FAILED",
                  {},
                  "has run out"},
        ProbeCase{"GitHub",
                  403,
                  "X-Accepted-OAuth-Scopes: admin:org, repo",
                  "{}",
                  false,
                  "AUTH_FAILED",
                  {"admin:org", "repo"},
                  "admin:org"},
        ProbeCase{"SlackSaysSoWith200",
                  200,
                  "",
                  R"({"ok":false,"error":"missing_scope","needed":"users:read"})",
                  false,
                  "AUTH_FAILED",
                  {"users:read"},
                  "users:read"},
        ProbeCase{"Aws",
                  403,
                  "",
                  R"({"Message":"arn:x is not authorized to perform: iam:ListUsers on y"})",
                  false,
                  "AUTH_FAILED",
                  {"iam:ListUsers"},
                  "iam:ListUsers"},
        ProbeCase{"LoginPage",
                  302,
                  "Location: https://v.example/login",
                  "",
                  false,
                  "VENDOR_ERROR",
                  {},
                  "login page"},
        ProbeCase{"NotFound", 404, "", "{}", false, "VENDOR_ERROR", {}, "URL wrong"},
        ProbeCase{"TooMany", 429, "", "{}", false, "VENDOR_THROTTLED", {}, "slow down"},
        ProbeCase{
            "Trouble", 500, "", "{}", false, "VENDOR_ERROR", {}, "says nothing of the sign-in"}),
    [](const auto& test) { return test.param.name; });

TEST_F(SignInProbeTest, NothingGoesToAHostThatTheCredentialDoesNotName) {
  test::ScriptedTransport vendor;
  const SignInProbe probe = Probe(vendor, "https://evil.example/");
  EXPECT_FALSE(probe.accepted);
  EXPECT_EQ(probe.reason, "HOST_NOT_ALLOWED");
  EXPECT_TRUE(vendor.requests().empty());
}

TEST_F(SignInProbeTest, AVendorThatCannotBeReachedIsAResult) {
  test::ScriptedTransport vendor;
  const SignInProbe probe = Probe(vendor);
  EXPECT_EQ(probe.reason, "VENDOR_UNREACHABLE");
  EXPECT_EQ(probe.status, 0);
}

TEST_F(SignInProbeTest, AnEchoedSecretIsWithheld) {
  test::ScriptedTransport vendor;
  vendor.EnqueueJson(R"({"error":"bad key sentinel-token","needed":"sentinel-token"})", 401);
  const SignInProbe probe = Probe(vendor);
  EXPECT_THAT(probe.body, Not(HasSubstr("sentinel")));
  EXPECT_THAT(probe.explanation, Not(HasSubstr("sentinel")));
}

}  // namespace
}  // namespace syncline::pull
