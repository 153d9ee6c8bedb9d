#include <gmock/gmock.h>

#include "api/reauthorization.h"
#include "credential/postgres_token_store.h"
#include "syncline/v1/credential_service.pb.h"
#include "syncline/v1/integration_service.pb.h"
#include "syncline/v1/mapping_service.pb.h"
#include "syncline/v1/run_service.pb.h"
#include "syncline/v1/schedule_service.pb.h"
#include "tests/api/api_fixture.h"

namespace syncline::api {
namespace {

using testing::HasSubstr;

constexpr const char* kCredential = "workspaces/default/credentials/vendor";
constexpr const char* kIntegration = "workspaces/default/integrations/users";
constexpr const char* kSchedule = "workspaces/default/integrations/users/schedules/default";

// What becomes of a credential, its tokens and the schedules that use it. Tokens know no kind, so
// the simplest one serves.
class ReauthorizationTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    if (IsSkipped()) return;
    CreateCredential("vendor");
    CreateCredential("other");
    Expect(CallText<v1::Integration, v1::CreateIntegrationRequest>(
        "IntegrationService/CreateIntegration", R"(
          parent: "workspaces/default" integration_id: "users"
          integration { object_type: "user" credential: "vendor" records: "@"
                        request { url: "https://a.example/users" } })"));
    Expect(CallText<v1::Mapping, v1::UpdateMappingRequest>("MappingService/UpdateMapping", R"(
          mapping { name: "workspaces/default/integrations/users/mapping" sync_keys: "email"
                    fields { key: "email" value { from: "email" } } })"));
  }
  template <typename T>
  static void Expect(const absl::StatusOr<T>& answer) {
    ASSERT_TRUE(answer.ok()) << answer.status();
  }
  void CreateCredential(const std::string& id) {
    Expect(CallText<v1::Credential, v1::CreateCredentialRequest>(
        "CredentialService/CreateCredential",
        "parent: 'workspaces/default' credential_id: '" + id +
            "' credential { allowed_hosts: 'a.example' basic { username: 'u' password: 'p' } }"));
  }
  absl::StatusOr<v1::Credential> Update(const std::string& credential) {
    return CallText<v1::Credential, v1::UpdateCredentialRequest>(
        "CredentialService/UpdateCredential",
        "credential { name: '" + std::string(kCredential) + "' " + credential + "}");
  }
  v1::Credential Credential() {
    return *CallText<v1::Credential, v1::GetCredentialRequest>(
        "CredentialService/GetCredential", "name: '" + std::string(kCredential) + "'");
  }
  v1::Schedule Schedule() {
    return *CallText<v1::Schedule, v1::GetScheduleRequest>(
        "ScheduleService/GetSchedule", "name: '" + std::string(kSchedule) + "'");
  }
  template <typename Request>
  v1::Schedule Tell(const char* method) {
    return *CallText<v1::Schedule, Request>(method, "name: '" + std::string(kSchedule) + "'");
  }
  absl::Status Start() {
    return CallText<v1::Run, v1::StartRunRequest>("RunService/StartRun",
                                                  "parent: '" + std::string(kIntegration) + "'")
        .status();
  }
  credential::PostgresTokenStore Tokens() {
    const auto epoch = std::stoll(migrated_->Query(
        "SELECT token_epoch FROM syncline.credential WHERE credential_id = 'vendor'"));
    return {database(),          stack_->vault().sealer(),    migrated_->clock(),
            migrated_->random(), {{"default", "vendor"}, ""}, epoch};
  }
  void StoreToken() {
    auto store = Tokens();
    const auto lease = store.TakeLease(store.Read()->version);
    ASSERT_TRUE(lease.ok() && lease->has_value());
    ASSERT_TRUE(*store.MarkAttempt(**lease));
    ASSERT_TRUE(*store.Store(**lease, secret::Secret("a"), secret::Secret("r"),
                             std::chrono::seconds(3'600)));
  }
  void RequirePerson() {
    auto store = Tokens();
    const auto lease = store.TakeLease(store.Read()->version);
    ASSERT_TRUE(lease.ok() && lease->has_value());
    ASSERT_TRUE(*store.RequireReauthorization(**lease, "the consent was withdrawn"));
  }
  // "version remaining?" of the tokens that are there.
  std::string Kept() {
    const auto tokens = Tokens().Read();
    if (tokens->version == 0) return "none";
    return *tokens->remaining > std::chrono::seconds(0) ? "good" : "to be renewed";
  }
};

TEST_F(ReauthorizationTest, ACredentialShowsWhenItsTokenEnds) {
  EXPECT_EQ(Credential().state(), v1::Credential::STATE_ACTIVE);
  EXPECT_FALSE(Credential().has_token_expire_time());
  StoreToken();
  EXPECT_EQ(Credential().state(), v1::Credential::STATE_ACTIVE);
  EXPECT_GT(Credential().token_expire_time().seconds(), 0);
  const auto listed = CallText<v1::ListCredentialsResponse, v1::ListCredentialsRequest>(
      "CredentialService/ListCredentials", "parent: 'workspaces/default'");
  EXPECT_FALSE(listed->credentials(0).has_token_expire_time()) << "other";
  EXPECT_TRUE(listed->credentials(1).has_token_expire_time()) << "vendor";
}

TEST_F(ReauthorizationTest, ASignInThatWantsAPersonStopsItsSchedulesUntilItIsMended) {
  StoreToken();
  RequirePerson();
  EXPECT_EQ(Credential().state(), v1::Credential::STATE_REAUTH_REQUIRED);
  EXPECT_EQ(Credential().state_message(), "the consent was withdrawn");
  EXPECT_FALSE(Credential().has_token_expire_time());
  EXPECT_TRUE(Schedule().paused());
  EXPECT_EQ(Schedule().pause_reason(), "REAUTH_REQUIRED");
  EXPECT_FALSE(Schedule().has_next_fire_time());
  const absl::Status refused = Start();
  EXPECT_EQ(ReasonText(refused), "REAUTH_REQUIRED");
  EXPECT_THAT(base::MessageOf(refused), HasSubstr("the consent was withdrawn"));
  EXPECT_THAT(base::MessageOf(refused), HasSubstr(kCredential));

  Expect(Update("display_name: 'still broken'"));
  EXPECT_EQ(Credential().state(), v1::Credential::STATE_REAUTH_REQUIRED);
  EXPECT_TRUE(Schedule().paused());

  Expect(Update("basic { username: 'u' password: 'p' }"));  // they are good now
  EXPECT_EQ(Credential().state(), v1::Credential::STATE_ACTIVE);
  EXPECT_EQ(Credential().state_message(), "");
  EXPECT_FALSE(Schedule().paused());
  EXPECT_EQ(Schedule().pause_reason(), "");
  EXPECT_TRUE(Schedule().has_next_fire_time());
  EXPECT_TRUE(Start().ok());
}

TEST_F(ReauthorizationTest, ASignInThatTheVendorRefusedGoesOnWithAnotherSecret) {
  migrated_->Query(
      "UPDATE syncline.schedule SET paused = true, next_fire_time = NULL, "
      "pause_reason = 'AUTH_FAILED'");
  EXPECT_EQ(Schedule().pause_reason(), "AUTH_FAILED");
  Expect(Update("basic { username: 'u' password: 'p' }"));
  EXPECT_TRUE(Schedule().paused()) << "it is the secret that was refused";
  Expect(Update("basic { username: 'u' password: 'new' }"));
  EXPECT_FALSE(Schedule().paused());
  EXPECT_EQ(Schedule().pause_reason(), "");
}

TEST_F(ReauthorizationTest, WhatSomebodyPausedStaysPaused) {
  RequirePerson();
  EXPECT_EQ(Tell<v1::PauseScheduleRequest>("ScheduleService/PauseSchedule").pause_reason(), "");
  Expect(Update("basic { username: 'u' password: 'new' }"));
  EXPECT_TRUE(Schedule().paused());
  EXPECT_FALSE(Tell<v1::ResumeScheduleRequest>("ScheduleService/ResumeSchedule").paused());
  RequirePerson();
  EXPECT_EQ(Schedule().pause_reason(), "REAUTH_REQUIRED");
  EXPECT_FALSE(Tell<v1::ResumeScheduleRequest>("ScheduleService/ResumeSchedule").paused())
      << "at somebody's own risk";
  EXPECT_EQ(Schedule().pause_reason(), "");
}

TEST_F(ReauthorizationTest, AnIntegrationThatSignsInOtherwiseGoesOn) {
  RequirePerson();
  Expect(CallText<v1::Integration, v1::UpdateIntegrationRequest>(
      "IntegrationService/UpdateIntegration",
      "integration { name: '" + std::string(kIntegration) + "' credential: 'other' }"));
  EXPECT_FALSE(Schedule().paused());
  EXPECT_TRUE(Start().ok());
  EXPECT_EQ(Credential().state(), v1::Credential::STATE_REAUTH_REQUIRED);
}

TEST_F(ReauthorizationTest, TokensLastAsLongAsTheSignInThatTheyWereGrantedTo) {
  struct Row {
    const char* name;
    const char* update;
    const char* kept;
  };
  const std::vector<Row> rows = {
      {"a name for people", "display_name: 'Vendor'", "good"},
      {"the same secret once more, as apply sends it", "basic { username: 'u' password: 'p' }",
       "good"},
      {"something else is asked for", "basic { username: 'v' }", "to be renewed"},
      {"another secret", "basic { username: 'v' password: 'q' }", "none"},
      {"other hosts", "allowed_hosts: 'b.example' basic { username: 'v' password: 'q' }", "none"},
      {"another kind", "api_token { header: 'X-Key' token: 't' }", "none"},
      {"no sign-in", "none {}", "none"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    StoreToken();
    auto old = Tokens();
    Expect(Update(row.update));
    EXPECT_EQ(Kept(), row.kept);
    EXPECT_EQ(old.Read().ok(), std::string(row.kept) != "none")
        << "who is at work with the old one";
  }
}

}  // namespace
}  // namespace syncline::api
