#include <gmock/gmock.h>

#include "api/authorization_handler.h"
#include "credential/postgres_token_store.h"
#include "store/oauth_authorization_store.h"
#include "syncline/v1/credential_service.pb.h"
#include "tests/api/api_fixture.h"

namespace syncline::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kTokens =
    R"({"access_token": "sentinel-access", "refresh_token": "sentinel-refresh",
        "expires_in": 600})";

// The consent of a person, with a scripted provider, over the API.
class AuthorizationTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    if (IsSkipped()) return;
    Create("vendor", "authorization_code { authorization_url: 'https://p.example/authorize' }");
    Create("tv", "device_code { device_authorization_url: 'https://p.example/device' }");
    Create("robot", "client_credentials {}");
  }
  static std::string Name(const std::string& id) {
    return "name: 'workspaces/default/credentials/" + id + "' ";
  }
  void Create(const std::string& id, const std::string& grant) {
    const auto created = CallText<v1::Credential, v1::CreateCredentialRequest>(
        "CredentialService/CreateCredential",
        "parent: 'workspaces/default' credential_id: '" + id +
            "' credential { allowed_hosts: 'p.example' oauth2 { token_url: "
            "'https://p.example/token' client_id: 'c' client_secret: 'sentinel-secret' "
            "revocation_url: 'https://p.example/revoke' " +
            grant + " } }");
    ASSERT_TRUE(created.ok()) << created.status();
  }
  absl::StatusOr<v1::BeginAuthorizationResponse> Begin(const std::string& id = "vendor") {
    return CallText<v1::BeginAuthorizationResponse, v1::BeginAuthorizationRequest>(
        "CredentialService/BeginAuthorization",
        Name(id) + "redirect_uri: 'http://127.0.0.1:7777/callback'");
  }
  absl::StatusOr<v1::CompleteAuthorizationResponse> Complete(const std::string& state,
                                                             const std::string& id = "vendor") {
    return CallText<v1::CompleteAuthorizationResponse, v1::CompleteAuthorizationRequest>(
        "CredentialService/CompleteAuthorization",
        Name(id) + "state: '" + state + "' code: 'sentinel-code'");
  }
  absl::StatusOr<v1::BeginDeviceAuthorizationResponse> BeginDevice(const std::string& id = "tv") {
    return CallText<v1::BeginDeviceAuthorizationResponse, v1::BeginDeviceAuthorizationRequest>(
        "CredentialService/BeginDeviceAuthorization", Name(id));
  }
  absl::StatusOr<v1::PollDeviceAuthorizationResponse> Poll(const std::string& state,
                                                           const std::string& id = "tv") {
    return CallText<v1::PollDeviceAuthorizationResponse, v1::PollDeviceAuthorizationRequest>(
        "CredentialService/PollDeviceAuthorization", Name(id) + "state: '" + state + "'");
  }
  std::string Kept(const std::string& id, const std::string& alternative = "") {
    credential::PostgresTokenStore store(database(), stack_->vault().sealer(), migrated_->clock(),
                                         migrated_->random(), {{"default", id}, alternative}, 0);
    const auto tokens = store.Read();
    return fmt::format("{} {}", tokens->access_token.Reveal(), tokens->refresh_token.Reveal());
  }
  std::string UnderWay() {
    return migrated_->Query("SELECT count(*) FROM syncline.oauth_authorization");
  }
  // Forms that were posted.
  std::vector<std::string> Bodies() {
    std::vector<std::string> bodies;
    for (const http::Request& request : stack_->vendor().requests()) {
      bodies.push_back(request.body);
    }
    return bodies;
  }
};

TEST_F(AuthorizationTest, AConsentBringsTokens) {
  const auto begun = Begin();
  ASSERT_TRUE(begun.ok()) << begun.status();
  EXPECT_THAT(begun->authorization_url(), HasSubstr("https://p.example/authorize?"));
  EXPECT_THAT(begun->authorization_url(), HasSubstr("code_challenge_method=S256"));
  EXPECT_THAT(begun->authorization_url(), HasSubstr("state=" + begun->state()));
  EXPECT_GT(begun->expire_time().seconds(), 0);
  EXPECT_EQ(UnderWay(), "1");
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.oauth_authorization a WHERE a::text "
                             "LIKE '%" +
                             begun->state() + "%'"),
            "0")
      << "who reads the table can complete nothing";

  stack_->vendor().EnqueueJson(kTokens);
  const auto completed = Complete(begun->state());
  ASSERT_TRUE(completed.ok()) << completed.status();
  EXPECT_EQ(completed->credential().state(), v1::Credential::STATE_ACTIVE);
  EXPECT_TRUE(completed->credential().has_token_expire_time());
  EXPECT_THAT(completed->DebugString(), Not(HasSubstr("sentinel")));
  EXPECT_EQ(Kept("vendor"), "sentinel-access sentinel-refresh");
  EXPECT_THAT(Bodies(), ElementsAre(HasSubstr("code_verifier=")));
  EXPECT_THAT(Bodies()[0], HasSubstr("redirect_uri=http%3A%2F%2F127.0.0.1%3A7777%2Fcallback"));
}

TEST_F(AuthorizationTest, AStateServesOnceForTenMinutesAndItsCredentialOnly) {
  const auto invalid = [](const absl::Status& status) {
    return ReasonText(status) == "AUTHORIZATION_STATE_INVALID";
  };
  EXPECT_TRUE(invalid(Complete("never-begun").status()));
  const std::string used = Begin()->state();
  stack_->vendor().EnqueueJson(R"({"error": "invalid_grant"})", 400);
  EXPECT_EQ(ReasonText(Complete(used).status()), "REAUTH_REQUIRED");
  EXPECT_TRUE(invalid(Complete(used).status())) << "whatever came of it";

  const std::string old = Begin()->state();
  migrated_->Query("UPDATE syncline.oauth_authorization SET expire_time = clock_timestamp()");
  EXPECT_TRUE(invalid(Complete(old).status()));

  const std::string of_vendor = Begin()->state();
  EXPECT_TRUE(invalid(Complete(of_vendor, "robot").status()));
  EXPECT_TRUE(invalid(Poll(of_vendor, "vendor").status())) << "not with a device";
  const auto changed = CallText<v1::Credential, v1::UpdateCredentialRequest>(
      "CredentialService/UpdateCredential",
      "credential { " + Name("vendor") +
          " oauth2 { client_secret: 'sentinel-other' } } update_mask { paths: "
          "'oauth2.client_secret' }");
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_TRUE(invalid(Complete(of_vendor).status())) << "another client now";
  EXPECT_EQ(stack_->vendor().requests().size(), 1U) << "the provider was spared";
}

TEST_F(AuthorizationTest, TheOldestConsentsGiveWay) {
  std::vector<std::string> states;
  for (int i = 0; i < store::kAuthorizationsMax + 2; ++i) states.push_back(Begin()->state());
  EXPECT_EQ(UnderWay(), std::to_string(store::kAuthorizationsMax));
  EXPECT_EQ(ReasonText(Complete(states.front()).status()), "AUTHORIZATION_STATE_INVALID");
  stack_->vendor().EnqueueJson(kTokens);
  EXPECT_TRUE(Complete(states.back()).ok());
}

TEST_F(AuthorizationTest, WrongRequestsNameTheirFields) {
  const auto fields = [](const absl::Status& status) { return WrongFields(status); };
  EXPECT_THAT(fields(Begin("robot").status()), ElementsAre("name"));
  EXPECT_EQ(ReasonText(Begin("absent").status()), "NOT_FOUND");
  EXPECT_THAT(fields(CallText<v1::BeginAuthorizationResponse, v1::BeginAuthorizationRequest>(
                         "CredentialService/BeginAuthorization",
                         Name("vendor") + "redirect_uri: '/callback'")
                         .status()),
              ElementsAre("redirectUri"));
  EXPECT_THAT(fields(CallText<v1::CompleteAuthorizationResponse, v1::CompleteAuthorizationRequest>(
                         "CredentialService/CompleteAuthorization", "name: 'x'")
                         .status()),
              ElementsAre("name", "state", "code"));
}

TEST_F(AuthorizationTest, ADeviceIsPolledUntilThePersonIsDone) {
  stack_->vendor().EnqueueJson(R"({"device_code": "sentinel-device", "user_code": "ABCD-EFGH",
      "verification_uri": "https://p.example/go", "expires_in": 300, "interval": 7})");
  const auto begun = BeginDevice();
  ASSERT_TRUE(begun.ok()) << begun.status();
  EXPECT_EQ(begun->user_code(), "ABCD-EFGH");
  EXPECT_EQ(begun->verification_uri(), "https://p.example/go");
  EXPECT_EQ(begun->interval().seconds(), 7);
  EXPECT_THAT(begun->DebugString(), Not(HasSubstr("sentinel")));

  stack_->vendor().EnqueueJson(R"({"error": "authorization_pending"})", 400);
  stack_->vendor().EnqueueJson(R"({"error": "slow_down"})", 400);
  stack_->vendor().EnqueueJson(R"({"error": "authorization_pending"})", 400);
  stack_->vendor().EnqueueJson(kTokens);
  EXPECT_EQ(Poll(begun->state())->interval().seconds(), 7);
  EXPECT_EQ(Poll(begun->state())->interval().seconds(), 12);
  EXPECT_EQ(Poll(begun->state())->interval().seconds(), 12) << "it is remembered";
  const auto done = Poll(begun->state());
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->credential().state(), v1::Credential::STATE_ACTIVE);
  EXPECT_EQ(Kept("tv"), "sentinel-access sentinel-refresh");
  EXPECT_THAT(Bodies().back(), HasSubstr("device_code=sentinel-device"));
  EXPECT_EQ(ReasonText(Poll(begun->state()).status()), "AUTHORIZATION_STATE_INVALID");
}

TEST_F(AuthorizationTest, APersonWhoRefusesEndsIt) {
  stack_->vendor().EnqueueJson(R"({"device_code": "d", "user_code": "ABCD",
      "verification_uri": "https://p.example/go", "expires_in": 300})");
  const std::string state = BeginDevice()->state();
  stack_->vendor().EnqueueJson(R"({"error": "access_denied"})", 400);
  EXPECT_EQ(ReasonText(Poll(state).status()), "REAUTH_REQUIRED");
  EXPECT_EQ(UnderWay(), "0");
}

TEST_F(AuthorizationTest, TokensAreTakenBackWhenTheCredentialIsDeleted) {
  const auto remove = [this](const std::string& id) {
    return CallText<google::protobuf::Empty, v1::DeleteCredentialRequest>(
               "CredentialService/DeleteCredential", Name(id))
        .status();
  };
  stack_->vendor().EnqueueJson(kTokens);
  ASSERT_TRUE(Complete(Begin()->state()).ok());
  stack_->vendor().EnqueueJson("{}");
  stack_->vendor().EnqueueJson("{}", 503);  // no reason to keep it
  EXPECT_TRUE(remove("vendor").ok());
  ASSERT_EQ(Bodies().size(), 3U);
  EXPECT_THAT(Bodies()[1], HasSubstr("token=sentinel-refresh"));
  EXPECT_THAT(Bodies()[2], HasSubstr("token=sentinel-access"));
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.oauth_token"), "0");
  EXPECT_TRUE(remove("robot").ok()) << "without tokens";
  EXPECT_EQ(Bodies().size(), 3U);
}

// A credential whose own kind is a token, with two OAuth2 sign-ins beside it.
class AlternativeAuthorizationTest : public AuthorizationTest {
 protected:
  void SetUp() override {
    AuthorizationTest::SetUp();
    if (IsSkipped()) return;
    const auto oauth2 = [](const std::string& name, const std::string& grant) {
      return "alternatives { key: '" + name + "' value { oauth2 { token_url: 'https://p.example/" +
             name + "/token' client_id: '" + name + "' client_secret: 'sentinel-" + name +
             "' revocation_url: 'https://p.example/revoke' " + grant + " } } } ";
    };
    const auto created = CallText<v1::Credential, v1::CreateCredentialRequest>(
        "CredentialService/CreateCredential",
        "parent: 'workspaces/default' credential_id: 'both' credential { allowed_hosts: "
        "'p.example' api_token { header: 'A' token: 'sentinel' } " +
            oauth2("person",
                   "authorization_code { authorization_url: 'https://p.example/authorize' }") +
            oauth2("screen",
                   "device_code { device_authorization_url: 'https://p.example/device' }") +
            "}");
    ASSERT_TRUE(created.ok()) << created.status();
  }
  absl::StatusOr<v1::BeginAuthorizationResponse> BeginFor(const std::string& alternative) {
    return CallText<v1::BeginAuthorizationResponse, v1::BeginAuthorizationRequest>(
        "CredentialService/BeginAuthorization",
        Name("both") + "redirect_uri: 'http://127.0.0.1:7777/callback' alternative: '" +
            alternative + "'");
  }
};

TEST_F(AlternativeAuthorizationTest, AConsentIsForTheOneThatIsNamed) {
  const auto begun = BeginFor("person");
  ASSERT_TRUE(begun.ok()) << begun.status();
  EXPECT_THAT(begun->authorization_url(), HasSubstr("client_id=person"));
  stack_->vendor().EnqueueJson(kTokens);
  const auto completed = Complete(begun->state(), "both");
  ASSERT_TRUE(completed.ok()) << completed.status();
  EXPECT_EQ(Kept("both", "person"), "sentinel-access sentinel-refresh");
  EXPECT_EQ(Kept("both", "screen"), " ");
  EXPECT_EQ(Kept("both"), " ");
  EXPECT_EQ(stack_->vendor().requests()[0].url.path, "/person/token");

  stack_->vendor().EnqueueJson(R"({"device_code": "sentinel-device", "user_code": "ABCD",
      "verification_uri": "https://p.example/go", "expires_in": 300, "interval": 7})");
  const auto device =
      CallText<v1::BeginDeviceAuthorizationResponse, v1::BeginDeviceAuthorizationRequest>(
          "CredentialService/BeginDeviceAuthorization", Name("both") + "alternative: 'screen'");
  ASSERT_TRUE(device.ok()) << device.status();
  stack_->vendor().EnqueueJson(R"({"access_token": "sentinel-tv"})");
  const auto polled = Poll(device->state(), "both");
  ASSERT_TRUE(polled.ok() && polled->has_credential()) << polled.status();
  EXPECT_EQ(Kept("both", "screen"), "sentinel-tv ");
  EXPECT_EQ(Kept("both", "person"), "sentinel-access sentinel-refresh") << "keeps its own";
}

TEST_F(AlternativeAuthorizationTest, OthersAreRefusedByName) {
  EXPECT_EQ(ReasonText(BeginFor("absent").status()), "NOT_FOUND");
  EXPECT_THAT(WrongFields(BeginFor("").status()), ElementsAre("name")) << "its own kind";
  const auto basic = CallText<v1::Credential, v1::UpdateCredentialRequest>(
      "CredentialService/UpdateCredential",
      "credential { " + Name("vendor") +
          " alternatives { key: 'old' value { basic { username: 'u' } } } }");
  ASSERT_TRUE(basic.ok()) << basic.status();
  EXPECT_THAT(
      WrongFields(
          CallText<v1::BeginDeviceAuthorizationResponse, v1::BeginDeviceAuthorizationRequest>(
              "CredentialService/BeginDeviceAuthorization", Name("vendor") + "alternative: 'old'")
              .status()),
      ElementsAre("alternative"));
}

TEST_F(AlternativeAuthorizationTest, AnAlternativeThatWentTakesItsConsentAlong) {
  const std::string state = BeginFor("person")->state();
  // Whatever else forgets to: the row alone must not suffice.
  migrated_->Query(
      "UPDATE syncline.credential SET spec = spec #- '{alternatives,person}' "
      "WHERE credential_id = 'both' RETURNING 1");
  EXPECT_EQ(ReasonText(Complete(state, "both").status()), "AUTHORIZATION_STATE_INVALID");
  EXPECT_TRUE(stack_->vendor().requests().empty());
}

TEST_F(AlternativeAuthorizationTest, AConsentCannotBeMovedToAnother) {
  const std::string state = BeginFor("person")->state();
  migrated_->Query("UPDATE syncline.oauth_authorization SET alternative = 'screen' RETURNING 1");
  EXPECT_EQ(ReasonText(Complete(state, "both").status()), "CREDENTIAL_CORRUPT");
  EXPECT_TRUE(stack_->vendor().requests().empty());
}

TEST_F(AlternativeAuthorizationTest, TokensOfEachAreTakenBack) {
  stack_->vendor().EnqueueJson(kTokens);
  ASSERT_TRUE(Complete(BeginFor("person")->state(), "both").ok());
  stack_->vendor().EnqueueJson("{}");
  stack_->vendor().EnqueueJson("{}");
  const auto deleted = CallText<google::protobuf::Empty, v1::DeleteCredentialRequest>(
      "CredentialService/DeleteCredential", Name("both"));
  ASSERT_TRUE(deleted.ok()) << deleted.status();
  EXPECT_THAT(Bodies(), ElementsAre(HasSubstr("code="), HasSubstr("token=sentinel-refresh"),
                                    HasSubstr("token=sentinel-access")));
}

}  // namespace
}  // namespace syncline::api
