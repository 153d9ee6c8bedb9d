#include "auth/provider_metadata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/oauth2_grant.h"
#include "base/status.h"
#include "tests/auth/scripted_provider.h"

namespace syncline::auth {
namespace {

using base::Reason;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> Asked(const ScriptedProvider& provider) {
  std::vector<std::string> urls;
  for (const auto& request : provider.transport.requests()) urls.push_back(request.url.ToString());
  return urls;
}

absl::StatusOr<ProviderMetadata> Fetch(ScriptedProvider& provider, const std::string& issuer) {
  return FetchProviderMetadata(issuer, ExampleHosts(), provider.environment(),
                               provider.clock.SteadyNow() + std::chrono::seconds(20), {});
}

TEST(ProviderMetadata, IsLookedForInBothPlaces) {
  struct Case {
    const char* issuer;
    const char* openid;
    const char* oauth;
  };
  const Case cases[] = {
      {"https://login.example", "https://login.example/.well-known/openid-configuration",
       "https://login.example/.well-known/oauth-authorization-server"},
      {"https://login.example/", "https://login.example/.well-known/openid-configuration",
       "https://login.example/.well-known/oauth-authorization-server"},
      {"https://login.example/t/v2", "https://login.example/t/v2/.well-known/openid-configuration",
       "https://login.example/.well-known/oauth-authorization-server/t/v2"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.issuer);
    ScriptedProvider provider;
    provider.transport.EnqueueJson("<html>not here</html>");
    provider.transport.EnqueueJson(std::string(R"({"issuer":")") + test.issuer +
                                   R"(","token_endpoint":"https://login.example/token",
                                   "authorization_endpoint":"https://elsewhere.example/a",
                                   "device_authorization_endpoint":"https://login.example/d",
                                   "revocation_endpoint":"https://api.example/r"})");
    const auto metadata = Fetch(provider, test.issuer);
    ASSERT_TRUE(metadata.ok()) << metadata.status();
    EXPECT_THAT(Asked(provider), ElementsAre(test.openid, test.oauth));
    EXPECT_EQ(metadata->endpoints.at(OAuth2Endpoint::kToken).path, "/token");
    EXPECT_EQ(metadata->endpoints.at(OAuth2Endpoint::kAuthorization).host, "elsewhere.example");
    EXPECT_EQ(metadata->endpoints.at(OAuth2Endpoint::kDeviceAuthorization).path, "/d");
    EXPECT_EQ(metadata->endpoints.at(OAuth2Endpoint::kRevocation).host, "api.example");
  }
}

TEST(ProviderMetadata, Refusals) {
  struct Case {
    const char* name;
    const char* body;
    int status;
    Reason reason;
    const char* message;
    std::size_t requests;
  };
  const Case cases[] = {
      {"another issuer", R"({"issuer":"https://login.example/"})", 200, Reason::kSignInFailed,
       "names the issuer \"https://login.example/\"", 1},
      {"no issuer", R"({"token_endpoint":"https://login.example/t"})", 200, Reason::kSignInFailed,
       "names the issuer \"\"", 1},
      {"a host that is not allowed",
       R"({"issuer":"https://login.example","token_endpoint":"https://evil.example/t"})", 200,
       Reason::kHostNotAllowed, "evil.example", 1},
      {"without TLS",
       R"({"issuer":"https://login.example","token_endpoint":"http://login.example/t"})", 200,
       Reason::kSignInFailed, "token_endpoint without TLS", 1},
      {"no URL", R"({"issuer":"https://login.example","token_endpoint":"/t"})", 200,
       Reason::kSignInFailed, "token_endpoint that is no URL", 1},
      {"trouble", "", 503, Reason::kVendorError, "answered 503", 1},
      {"throttled", "", 429, Reason::kVendorThrottled, "answered 429", 1},
      {"nowhere", "", 404, Reason::kVendorUnreachable, "", 2},  // the script ends
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.name);
    ScriptedProvider provider;
    provider.transport.EnqueueJson(test.body, test.status);
    const auto metadata = Fetch(provider, "https://login.example");
    ASSERT_FALSE(metadata.ok());
    EXPECT_EQ(base::ReasonOf(metadata.status()), test.reason) << metadata.status();
    EXPECT_THAT(base::MessageOf(metadata.status()), HasSubstr(test.message));
    EXPECT_EQ(provider.transport.requests().size(), test.requests);
  }
  ScriptedProvider provider;
  EXPECT_EQ(base::ReasonOf(Fetch(provider, "https://evil.example").status()),
            Reason::kHostNotAllowed);
  EXPECT_TRUE(provider.transport.requests().empty());
  provider.transport.EnqueueJson("", 404);
  provider.transport.EnqueueJson("", 404);
  EXPECT_THAT(base::MessageOf(Fetch(provider, "https://login.example").status()),
              HasSubstr("set tokenUrl instead of issuer"));
}

TEST(ProviderMetadata, IsReadOncePerClient) {
  ScriptedProvider provider;
  const auto grant = MakeTokenGrant(
      ParseOAuth2("client_credentials {} client_id: 'me' vars { key: 't' value: 'a b' } "
                  "issuer: 'https://login.example/{{vars.t}}'"),
      ExampleHosts(), MakeSecrets({{"client_secret", "s"}}), provider.environment());
  provider.transport.EnqueueJson("", 503);
  EXPECT_FALSE((*grant)->Obtain(secret::Secret(), {}).ok());  // and nothing is remembered
  provider.transport.EnqueueJson(R"({"issuer":"https://login.example/a%20b",
      "token_endpoint":"https://login.example/token"})");
  provider.transport.EnqueueJson(R"({"access_token":"1"})");
  provider.transport.EnqueueJson(R"({"access_token":"2"})");
  EXPECT_TRUE((*grant)->Obtain(secret::Secret(), {}).ok());
  EXPECT_TRUE((*grant)->Obtain(secret::Secret(), {}).ok());
  const std::string place = "https://login.example/a%20b/.well-known/openid-configuration";
  EXPECT_THAT(Asked(provider), ElementsAre(place, place, "https://login.example/token",
                                           "https://login.example/token"));
}

// One deadline holds for the metadata and the exchange together.
TEST(ProviderMetadata, TimeIsShared) {
  test::FakeClock clock;
  base::SeededRandom random(1);
  std::vector<std::chrono::milliseconds> timeouts;
  struct SlowTransport final : http::Transport {
    test::FakeClock& clock;
    std::vector<std::chrono::milliseconds>& timeouts;
    SlowTransport(test::FakeClock& c, std::vector<std::chrono::milliseconds>& t)
        : clock(c), timeouts(t) {}
    absl::StatusOr<http::Response> Send(const http::Request&, const http::TransportLimits& limits,
                                        std::stop_token) override {
      timeouts.push_back(limits.total_timeout);
      EXPECT_EQ(limits.body_bytes_max, std::size_t{1} << 20);
      clock.Advance(std::chrono::seconds(12));
      return test::JsonResponse("", 404);
    }
  } transport(clock, timeouts);
  const auto grant = MakeTokenGrant(
      ParseOAuth2("client_credentials {} client_id: 'me' issuer: 'https://login.example'"),
      ExampleHosts(), {}, {.transport = transport, .clock = clock, .random = random});
  EXPECT_EQ(base::ReasonOf((*grant)->Obtain(secret::Secret(), {}).status()),
            Reason::kSignInFailed);  // both places are empty
  EXPECT_THAT(timeouts,
              ElementsAre(std::chrono::milliseconds(20'000), std::chrono::milliseconds(8'000)));
  const auto late = FetchProviderMetadata(
      "https://login.example", ExampleHosts(),
      {.transport = transport, .clock = clock, .random = random}, clock.SteadyNow(), {});
  EXPECT_EQ(base::ReasonOf(late.status()), Reason::kVendorTimeout);
}

}  // namespace
}  // namespace syncline::auth
