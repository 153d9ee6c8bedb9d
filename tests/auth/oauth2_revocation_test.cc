#include "auth/oauth2_revocation.h"

#include <gtest/gtest.h>

#include "base/status.h"
#include "tests/auth/scripted_provider.h"

namespace syncline::auth {
namespace {

using base::Reason;

constexpr char kSpec[] =
    "refresh_token {} token_url: 'https://login.example/token' client_id: 'me' "
    "revocation_url: 'https://login.example/revoke'";

TEST(RevokeToken, SendsTheTokenAndItsKind) {
  ScriptedProvider provider;
  const auto client = MakeClient(provider, kSpec, {{"client_secret", "s"}});
  http::Response empty{.status = 200};
  provider.transport.Enqueue(empty);
  const auto revoked = RevokeToken(*client, RevokedToken::kRefreshToken, secret::Secret("r t"), {});
  ASSERT_TRUE(revoked.ok()) << revoked.status();
  EXPECT_TRUE(*revoked);
  const std::map<std::string, std::string> expected = {{"token", "r t"},
                                                       {"token_type_hint", "refresh_token"}};
  EXPECT_EQ(provider.Form(), expected);
  EXPECT_EQ(provider.transport.requests().back().url.path, "/revoke");
  EXPECT_EQ(provider.Header("Authorization"), "Basic bWU6cw==");
  provider.transport.Enqueue(empty);
  EXPECT_TRUE(*RevokeToken(*client, RevokedToken::kAccessToken, secret::Secret("a"), {}));
  EXPECT_EQ(provider.Form().at("token_type_hint"), "access_token");
}

TEST(RevokeToken, Answers) {
  struct Case {
    const char* body;
    int status;
    absl::StatusOr<bool> outcome;
  };
  const Case cases[] = {
      {"", 200, true},
      {"{}", 200, true},
      {"revoked", 200, true},
      {R"({"error":"unsupported_token_type"})", 400, false},
      {R"({"error":"invalid_client"})", 401, base::Error(Reason::kSignInFailed, "")},
      {R"({"error":"invalid_request"})", 200, base::Error(Reason::kSignInFailed, "")},
      {"", 503, base::Error(Reason::kVendorError, "")},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.body);
    ScriptedProvider provider;
    provider.transport.EnqueueJson(test.body, test.status);
    const auto revoked = RevokeToken(*MakeClient(provider, kSpec, {}), RevokedToken::kRefreshToken,
                                     secret::Secret("r"), {});
    ASSERT_EQ(revoked.ok(), test.outcome.ok()) << revoked.status();
    if (revoked.ok()) {
      EXPECT_EQ(*revoked, *test.outcome);
    } else {
      EXPECT_EQ(base::ReasonOf(revoked.status()), base::ReasonOf(test.outcome.status()));
    }
  }
}

TEST(RevokeToken, WithoutEndpointOrTokenNothingIsSent) {
  ScriptedProvider provider;
  const auto without = MakeClient(
      provider, "refresh_token {} token_url: 'https://login.example/token' client_id: 'me'", {});
  EXPECT_FALSE(*RevokeToken(*without, RevokedToken::kRefreshToken, secret::Secret("r"), {}));
  const auto client = MakeClient(provider, kSpec, {});
  EXPECT_FALSE(*RevokeToken(*client, RevokedToken::kRefreshToken, secret::Secret(), {}));
  EXPECT_TRUE(provider.transport.requests().empty());
}

}  // namespace
}  // namespace syncline::auth
