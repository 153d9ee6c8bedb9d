#include "auth/oauth2_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status.h"
#include "tests/support/scripted_transport.h"

namespace syncline::auth {
namespace {

using base::Reason;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

OAuth2Answer Answer(std::string body, int status = 200) {
  return {*http::Url::Parse("https://login.example/token?x=1"),
          test::JsonResponse(std::move(body), status), base::Time()};
}

TEST(OAuth2Answer, ReadsWhatTheStandardSays) {
  const auto tokens = Answer(R"({"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"example",
      "expires_in":3600,"refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA","example_parameter":"v"})")
                          .ToTokens({}, {});
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  EXPECT_EQ(tokens->access_token.Reveal(), "2YotnFZFEjr1zCsicMWpAA");
  EXPECT_EQ(tokens->refresh_token.Reveal(), "tGzv3JOkF0XG5Qx2TlKWIA");
  EXPECT_EQ(tokens->lifetime, seconds(3600));
}

TEST(OAuth2Answer, Lifetimes) {
  struct Case {
    const char* expires_in;
    std::optional<seconds> lifetime;
    std::optional<seconds> configured;
  };
  const Case cases[] = {
      {"3600", seconds(3600), {}},
      {"\"3600\"", seconds(3600), {}},
      {"3599.9", seconds(3599), {}},
      {"3.6e3", seconds(3600), seconds(7)},
      {"null", {}, {}},
      {"null", seconds(7), seconds(7)},
      {"0", {}, {}},  // some vendors write it for "never"
      {"-1", seconds(7), seconds(7)},
      {"1e300", seconds(std::chrono::hours(24 * 3660)), {}},
      {"99999999999999999999", seconds(std::chrono::hours(24 * 3660)), {}},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.expires_in);
    TokenAnswerFields fields{.lifetime = test.configured};
    const auto tokens =
        Answer(std::string(R"({"access_token":"a","expires_in":)") + test.expires_in + "}")
            .ToTokens(fields, {});
    ASSERT_TRUE(tokens.ok()) << tokens.status();
    EXPECT_EQ(tokens->lifetime, test.lifetime);
  }
  EXPECT_EQ(Answer(R"({"access_token":"a"})").ToTokens({}, {})->lifetime, std::nullopt);
  for (const char* wrong : {"\"soon\"", "true", "[]", "\"\"", "\"3600s\"", "\"nan\"", "1e999"}) {
    const auto tokens =
        Answer(std::string(R"({"access_token":"a","expires_in":)") + wrong + "}").ToTokens({}, {});
    ASSERT_FALSE(tokens.ok()) << wrong;
    EXPECT_EQ(base::ReasonOf(tokens.status()), Reason::kSignInFailed);
    EXPECT_THAT(base::MessageOf(tokens.status()), HasSubstr("'expires_in'"));
  }
}

TEST(OAuth2Answer, ReadsOtherPlaces) {
  TokenAnswerFields fields;
  fields.access_token = *expression::Expression::Compile("data.token");
  fields.refresh_token = *expression::Expression::Compile("data.renewal[0]");
  fields.expires_in = *expression::Expression::Compile("data.seconds");
  const auto tokens =
      Answer(R"({"data":{"token":"a","renewal":["r"],"seconds":"60"}})").ToTokens(fields, {});
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  EXPECT_EQ(tokens->access_token.Reveal(), "a");
  EXPECT_EQ(tokens->refresh_token.Reveal(), "r");
  EXPECT_EQ(tokens->lifetime, seconds(60));
  const auto missing = Answer(R"({"access_token":"secret-text"})").ToTokens(fields, {});
  EXPECT_THAT(base::MessageOf(missing.status()),
              HasSubstr("no token at 'data.token'; it has the members access_token"));
  EXPECT_THAT(base::MessageOf(missing.status()), Not(HasSubstr("secret-text")));
}

TEST(OAuth2Answer, Errors) {
  struct Case {
    int status;
    std::string body;
    Reason reason;
    const char* message;
  };
  const Case cases[] = {
      {400, R"({"error":"invalid_grant","error_description":"Token expired"})",
       Reason::kReauthRequired, "answered 400 with the error invalid_grant: Token expired"},
      {200, R"({"error":"invalid_grant"})", Reason::kReauthRequired, "answered 200 with the error"},
      {400, R"({"error":"interaction_required"})", Reason::kReauthRequired, "interaction_required"},
      {401, R"({"error":"invalid_client"})", Reason::kSignInFailed, "check clientId"},
      {400, R"({"error":"unauthorized_client"})", Reason::kSignInFailed, "allow this client"},
      {400, R"({"error":"invalid_scope"})", Reason::kSignInFailed, "check scopes"},
      {400, R"({"error":"unsupported_grant_type"})", Reason::kSignInFailed, "choose a grant"},
      {400, R"({"error":"invalid_request"})", Reason::kSignInFailed, "check parameters"},
      {200, R"({"ok":false,"error":"invalid_auth"})", Reason::kSignInFailed, "invalid_auth"},
      {200, R"({"error":{"code":190,"message":"Bad"}})", Reason::kSignInFailed, "Bad"},
      {403, "<html>no</html>", Reason::kSignInFailed, "answered 403: <html>no</html>"},
      {404, "", Reason::kSignInFailed, "https://login.example/token answered 404"},
      {302, "", Reason::kSignInFailed, "redirects are not followed"},
      {200, "<html>log in</html>", Reason::kSignInFailed,
       "with no JSON object, but application/json"},
      {200, "[]", Reason::kSignInFailed, "with no JSON object"},
      {200, "", Reason::kSignInFailed, "with no JSON object"},
      {204, "", Reason::kSignInFailed, "with no JSON object"},
      {200, "access_token=a&token_type=bearer", Reason::kSignInFailed, "with no JSON object"},
      {200, "{}", Reason::kSignInFailed, "it has no member"},
      {200, R"({"access_token":""})", Reason::kSignInFailed, "no token at 'access_token'"},
      {200, R"({"access_token":17})", Reason::kSignInFailed, "no token at 'access_token'"},
      {200, R"({"access_token":"a\nb"})", Reason::kSignInFailed, "control characters"},
      {200, R"({"access_token":"a","token_type":"DPoP"})", Reason::kSignInFailed, "bearer"},
      {429, "", Reason::kVendorThrottled, "answered 429"},
      {429, R"({"error":"invalid_grant"})", Reason::kVendorThrottled, "answered 429"},
      {408, "", Reason::kVendorError, "answered 408"},
      {500, R"({"error":"invalid_client"})", Reason::kVendorError, "answered 500"},
      {503, "<html>", Reason::kVendorError, "answered 503"},
      {400, R"({"error":"temporarily_unavailable"})", Reason::kVendorError, "temporarily"},
      {400, R"({"error":"server_error"})", Reason::kVendorError, "server_error"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.body);
    const auto tokens = Answer(test.body, test.status).ToTokens({}, {});
    ASSERT_FALSE(tokens.ok());
    EXPECT_EQ(base::ReasonOf(tokens.status()), test.reason) << tokens.status();
    EXPECT_THAT(base::MessageOf(tokens.status()), HasSubstr(test.message));
    EXPECT_THAT(base::MessageOf(tokens.status()), Not(HasSubstr("x=1")));
  }
}

TEST(OAuth2Answer, AnErrorThatSaysNoneIsNone) {
  for (const char* error : {"null", "false", "\"\""}) {
    const auto tokens =
        Answer(std::string(R"({"access_token":"a","error":)") + error + "}").ToTokens({}, {});
    EXPECT_TRUE(tokens.ok()) << error;
  }
}

TEST(OAuth2Answer, KeepsTheProvidersPatience) {
  http::Response response = test::JsonResponse("{}", 503);
  response.headers.Add("Retry-After", "17");
  const OAuth2Answer answer(*http::Url::Parse("https://login.example/"), response, base::Time());
  EXPECT_EQ(base::RetryAfterOf(answer.ToError({})), seconds(17));
}

TEST(OAuth2Answer, WhatItSaysIsScrubbedAndBounded) {
  KnownSecrets known;
  known.Add(secret::Secret("hunter2hunter2"));
  const absl::Status status =
      Answer(R"({"error":"invalid_client","error_description":"no client hunter2hunter2"})", 401)
          .ToError(known);
  EXPECT_THAT(base::MessageOf(status), Not(HasSubstr("hunter2")));
  EXPECT_THAT(base::MetadataOf(status).at("error_description"), Not(HasSubstr("hunter2")));
  EXPECT_EQ(base::MetadataOf(status).at("error"), "invalid_client");
  EXPECT_EQ(base::MetadataOf(status).at("status"), "401");
  const absl::Status whole = Answer("<p>hunter2hunter2</p>", 403).ToError(known);
  EXPECT_THAT(base::MessageOf(whole), Not(HasSubstr("hunter2")));

  const auto member = Answer(R"({"a hunter2hunter2 b":1})").ToTokens({}, known);
  EXPECT_THAT(base::MessageOf(member.status()), Not(HasSubstr("hunter2")));

  KnownSecrets longest;  // is withheld before it is cut
  longest.Add(secret::Secret(std::string(100, 'q')));
  for (const std::string& body :
       {"{\"" + std::string(100, 'q') + "\":1}", "{\"error\":\"" + std::string(100, 'q') + "\"}",
        std::string(100, 'q')}) {
    for (const int code : {200, 400}) {
      EXPECT_THAT(base::MessageOf(Answer(body, code).ToTokens({}, longest).status()),
                  Not(HasSubstr("qqqq")))
          << body;
    }
  }

  const absl::Status longer = Answer(std::string(5000, 'x'), 400).ToError({});
  EXPECT_LT(base::MessageOf(longer).size(), 500);
  EXPECT_EQ(ShownText("a\u00e9", 2), "a");
  EXPECT_EQ(ShownText("a\nb\x7f", 10), "a b ");
  EXPECT_EQ(ShownText("a\xff", 10), "a?");
}

// Nobody knows these tokens, so nobody could scrub them.
TEST(OAuth2Answer, ShowsNoBodyThatMayHoldTokens) {
  for (const char* body : {"access_token=fresh-token&token_type=bearer",
                           R"({"error":{"code":1},"access_token":"fresh-token"})",
                           R"({"error":"odd","access_token":"fresh-token"})",
                           R"({"token":"fresh-token"})", R"(["fresh-token"])"}) {
    const auto tokens = Answer(body).ToTokens({}, {});
    ASSERT_FALSE(tokens.ok());
    EXPECT_THAT(base::MessageOf(tokens.status()), Not(HasSubstr("fresh"))) << body;
    for (const auto& [name, value] : base::MetadataOf(tokens.status())) {
      EXPECT_THAT(value, Not(HasSubstr("fresh"))) << body;
    }
  }
}

TEST(OAuth2Answer, TokensAreBounded) {
  const std::string most(OAuth2Answer::kTokenBytesMax, 't');
  EXPECT_TRUE(Answer(R"({"access_token":")" + most + "\"}").ToTokens({}, {}).ok());
  const auto longer = Answer(R"({"access_token":")" + most + "t\"}").ToTokens({}, {});
  EXPECT_THAT(base::MessageOf(longer.status()), HasSubstr("more than 65536 bytes"));
}

}  // namespace
}  // namespace syncline::auth
