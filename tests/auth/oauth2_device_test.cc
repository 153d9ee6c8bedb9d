#include "auth/oauth2_device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status.h"
#include "tests/auth/scripted_provider.h"

namespace syncline::auth {
namespace {

using base::Reason;
using std::chrono::seconds;

constexpr char kSpec[] =
    "device_code { device_authorization_url: 'https://login.example/device' } "
    "token_url: 'https://login.example/token' client_id: 'me' scopes: ['a', 'b']";

TEST(BeginDeviceAuthorization, AsksForACode) {
  ScriptedProvider provider;
  const auto client = MakeClient(provider, kSpec, {});
  provider.transport.EnqueueJson(R"({"device_code":"GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS",
      "user_code":"WDJB-MJHT","verification_uri":"https://example.com/device",
      "verification_uri_complete":"https://example.com/device?user_code=WDJB-MJHT",
      "expires_in":1800,"interval":7})");
  const auto device = BeginDeviceAuthorization(*client, {});
  ASSERT_TRUE(device.ok()) << device.status();
  EXPECT_EQ(device->device_code.Reveal(), "GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS");
  EXPECT_EQ(device->user_code, "WDJB-MJHT");
  EXPECT_EQ(device->verification_uri, "https://example.com/device");
  EXPECT_EQ(device->verification_uri_complete, "https://example.com/device?user_code=WDJB-MJHT");
  EXPECT_EQ(device->lifetime, seconds(1800));
  EXPECT_EQ(device->interval, seconds(7));
  const std::map<std::string, std::string> expected = {{"client_id", "me"}, {"scope", "a b"}};
  EXPECT_EQ(provider.Form(), expected);
  EXPECT_EQ(provider.transport.requests().back().url.ToString(), "https://login.example/device");
}

TEST(BeginDeviceAuthorization, Bounds) {
  struct Case {
    const char* further;
    seconds lifetime;
    seconds interval;
  };
  const Case cases[] = {
      {R"("expires_in":600)", seconds(600), seconds(5)},
      {R"("expires_in":"600","interval":0)", seconds(600), seconds(1)},
      {R"("expires_in":999999,"interval":9999)", seconds(3600), seconds(300)},
  };
  for (const Case& test : cases) {
    ScriptedProvider provider;
    provider.transport.EnqueueJson(std::string(R"({"device_code":"d","user_code":"u",
        "verification_url":"https://x.example/",)") +
                                   test.further + "}");
    const auto device = BeginDeviceAuthorization(*MakeClient(provider, kSpec, {}), {});
    ASSERT_TRUE(device.ok()) << device.status();
    EXPECT_EQ(device->verification_uri, "https://x.example/");
    EXPECT_EQ(device->lifetime, test.lifetime);
    EXPECT_EQ(device->interval, test.interval);
  }
}

TEST(BeginDeviceAuthorization, AnswersThatAreNone) {
  const std::pair<const char*, Reason> cases[] = {
      {R"({"user_code":"u","verification_uri":"https://x.example/","expires_in":1})",
       Reason::kSignInFailed},
      {R"({"device_code":"d","verification_uri":"https://x.example/","expires_in":1})",
       Reason::kSignInFailed},
      {R"({"device_code":"d","user_code":"u","expires_in":1})", Reason::kSignInFailed},
      {R"({"device_code":"d","user_code":"u","verification_uri":"javascript:x","expires_in":1})",
       Reason::kSignInFailed},
      {R"({"device_code":"d","user_code":"u\u001b[2J","verification_uri":"https://x.example/",
          "expires_in":1})",
       Reason::kSignInFailed},
      {R"({"device_code":"d","user_code":"u","verification_uri":"https://x.example/"})",
       Reason::kSignInFailed},
      {R"({"error":"invalid_scope"})", Reason::kSignInFailed},
      {"<html>", Reason::kSignInFailed},
  };
  for (const auto& [body, reason] : cases) {
    ScriptedProvider provider;
    provider.transport.EnqueueJson(body);
    const auto device = BeginDeviceAuthorization(*MakeClient(provider, kSpec, {}), {});
    ASSERT_FALSE(device.ok()) << body;
    EXPECT_EQ(base::ReasonOf(device.status()), reason) << body;
  }
}

TEST(PollDeviceAuthorization, WaitsAsTheProviderSays) {
  struct Case {
    const char* name;
    absl::StatusOr<http::Response> answer;
    seconds interval;
    seconds next;
  };
  const auto error = [](const char* code) {
    return test::JsonResponse(std::string(R"({"error":")") + code + "\"}", 400);
  };
  const Case cases[] = {
      {"pending", error("authorization_pending"), seconds(5), seconds(5)},
      {"slow down", error("slow_down"), seconds(5), seconds(10)},
      {"slow down at the bound", error("slow_down"), seconds(298), seconds(300)},
      {"timeout", base::Error(Reason::kVendorTimeout, "x"), seconds(5), seconds(10)},
      {"unreachable", base::Error(Reason::kVendorUnreachable, "x"), seconds(200), seconds(300)},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.name);
    ScriptedProvider provider;
    provider.transport.Enqueue(test.answer);
    const auto poll = PollDeviceAuthorization(*MakeClient(provider, kSpec, {}), secret::Secret("d"),
                                              test.interval, {});
    ASSERT_TRUE(poll.ok()) << poll.status();
    EXPECT_FALSE(poll->tokens.has_value());
    EXPECT_EQ(poll->interval, test.next);
  }
}

TEST(PollDeviceAuthorization, Ends) {
  ScriptedProvider provider;
  const auto client = MakeClient(provider, kSpec, {});
  provider.transport.EnqueueJson(R"({"access_token":"a","refresh_token":"r","expires_in":60})");
  const auto poll = PollDeviceAuthorization(*client, secret::Secret("the code"), seconds(5), {});
  ASSERT_TRUE(poll.ok());
  ASSERT_TRUE(poll->tokens.has_value());
  EXPECT_EQ(poll->tokens->refresh_token.Reveal(), "r");
  const std::map<std::string, std::string> expected = {
      {"grant_type", "urn:ietf:params:oauth:grant-type:device_code"},
      {"device_code", "the code"},
      {"client_id", "me"}};
  EXPECT_EQ(provider.Form(), expected);

  const std::pair<const char*, Reason> errors[] = {{"expired_token", Reason::kReauthRequired},
                                                   {"access_denied", Reason::kReauthRequired},
                                                   {"invalid_grant", Reason::kReauthRequired},
                                                   {"invalid_client", Reason::kSignInFailed},
                                                   {"server_error", Reason::kVendorError}};
  for (const auto& [code, reason] : errors) {
    provider.transport.EnqueueJson(std::string(R"({"error":")") + code + "\"}", 400);
    EXPECT_EQ(base::ReasonOf(
                  PollDeviceAuthorization(*client, secret::Secret("d"), seconds(5), {}).status()),
              reason)
        << code;
  }
  provider.transport.Enqueue(base::Error(Reason::kVendorTls, "x"));
  EXPECT_EQ(base::ReasonOf(
                PollDeviceAuthorization(*client, secret::Secret("d"), seconds(5), {}).status()),
            Reason::kVendorTls);
}

}  // namespace
}  // namespace syncline::auth
