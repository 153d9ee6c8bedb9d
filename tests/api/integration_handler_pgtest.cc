#include <gmock/gmock.h>

#include "api/default_schedule.h"
#include "syncline/v1/credential_service.pb.h"
#include "syncline/v1/integration_service.pb.h"
#include "syncline/v1/mapping_service.pb.h"
#include "syncline/v1/run_service.pb.h"
#include "syncline/v1/schedule_service.pb.h"
#include "tests/api/api_fixture.h"

namespace syncline::api {
namespace {

using google::protobuf::Empty;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kName = "workspaces/default/integrations/users";
constexpr const char* kCreate = R"(
  parent: "workspaces/default" integration_id: "users"
  integration { object_type: "user" records: "data" vars { key: "region" value: "eu" }
                request { url: "https://vendor.example/users" } })";

class IntegrationServiceTest : public ApiTest {
 protected:
  absl::StatusOr<v1::Integration> Create(const std::string& request = kCreate) {
    return CallText<v1::Integration, v1::CreateIntegrationRequest>(
        "IntegrationService/CreateIntegration", request);
  }
  absl::StatusOr<v1::Integration> Update(const std::string& integration,
                                         const std::string& rest = "") {
    return CallText<v1::Integration, v1::UpdateIntegrationRequest>(
        "IntegrationService/UpdateIntegration",
        "integration { name: \"" + std::string(kName) + "\" " + integration + "} " + rest);
  }
  absl::StatusOr<Empty> Delete(const std::string& rest = "") {
    return CallText<Empty, v1::DeleteIntegrationRequest>(
        "IntegrationService/DeleteIntegration", "name: \"" + std::string(kName) + "\" " + rest);
  }
  absl::StatusOr<v1::Mapping> SetMapping(const std::string& mapping, const std::string& rest = "") {
    return CallText<v1::Mapping, v1::UpdateMappingRequest>(
        "MappingService/UpdateMapping",
        "mapping { name: \"" + std::string(kName) + "/mapping\" " + mapping + "} " + rest);
  }
};

TEST_F(IntegrationServiceTest, ComesWithAnEmptyMappingAndADailySchedule) {
  const auto created = Create();
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->name(), kName);
  const auto mapping = CallText<v1::Mapping, v1::GetMappingRequest>(
      "MappingService/GetMapping", "name: \"" + std::string(kName) + "/mapping\"");
  ASSERT_TRUE(mapping.ok()) << mapping.status();
  EXPECT_EQ(mapping->version(), 0);
  EXPECT_EQ(mapping->sync_keys_size(), 0);
  const auto schedule = CallText<v1::Schedule, v1::GetScheduleRequest>(
      "ScheduleService/GetSchedule", "name: \"" + std::string(kName) + "/schedules/default\"");
  ASSERT_TRUE(schedule.ok()) << schedule.status();
  EXPECT_EQ(schedule->daily(), DefaultSchedule({"default", "users"}).daily());
  EXPECT_TRUE(schedule->has_next_fire_time());
}

TEST_F(IntegrationServiceTest, EveryMistakeAndEveryUnknownResourceIsNamedAtOnce) {
  const absl::Status status = Create(R"(parent: "workspaces/default" integration_id: "Bad_"
                integration { object_type: "gadget" credential: "nobody" records: "[["
                              request { url: "ftp://x" } limits { attempt_count_max: 99 } })")
                                  .status();
  const auto fields = WrongFields(status);
  for (const char* field :
       {"integrationId", "integration.objectType", "integration.credential", "integration.records",
        "integration.request.url", "integration.limits.attemptCountMax"}) {
    EXPECT_THAT(fields, Contains(field));
  }
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.integration"), "0");
}

TEST_F(IntegrationServiceTest, UpdatesMergeByMaskAndKeepTheObjectType) {
  const auto created = Create();
  ASSERT_TRUE(created.ok()) << created.status();
  const auto updated = Update(R"(request { url: "https://vendor.example/v2" })",
                              R"(update_mask { paths: "request.url" })");
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->request().url(), "https://vendor.example/v2");
  EXPECT_EQ(updated->records(), "data");
  EXPECT_EQ(ReasonText(Update("etag: \"" + created->etag() + "\" records: \"@\"").status()),
            "ETAG_MISMATCH");
  EXPECT_THAT(WrongFields(Update("object_type: \"asset\"").status()),
              ElementsAre("integration.objectType"));
  EXPECT_THAT(
      WrongFields(Update("", R"(update_mask { paths: "request.uri" paths: "nope" })").status()),
      ElementsAre("updateMask", "updateMask"));
  EXPECT_THAT(WrongFields(Update("credential: \"nobody\"").status()),
              ElementsAre("integration.credential"));
}

TEST_F(IntegrationServiceTest, ValidateOnlyLeavesNothingBehind) {
  ASSERT_TRUE(Create(std::string(kCreate) + " validate_only: true").ok());
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.integration"), "0");
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.schedule"), "0");
}

TEST_F(IntegrationServiceTest, AMappingIsCheckedAgainstItsObjectTypeWhenItIsSaved) {
  ASSERT_TRUE(Create().ok());
  const auto wrong = SetMapping(R"(sync_keys: "first_name" sync_keys: "nope"
                                   fields { key: "first_name" value { from: "a[[" } }
                                   fields { key: "shoe_size" value { from: "s" } })")
                         .status();
  EXPECT_EQ(ReasonText(wrong), "INVALID_ARGUMENT");
  EXPECT_GE(WrongFields(wrong).size(), 3u);
  EXPECT_THAT(WrongFields(wrong), Contains(HasSubstr("fields.shoe_size")));
}

TEST_F(IntegrationServiceTest, AMappingThatDoesNotChangeKeepsItsVersion) {
  ASSERT_TRUE(Create().ok());
  const std::string mapping = R"(sync_keys: "email" fields { key: "email" value { from: "mail" } }
      fields { key: "first_name" value { template: "{{vars.region}}" } })";
  const auto first = SetMapping(mapping);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->version(), 1);
  const auto again = SetMapping(mapping, R"(update_mask { paths: "*" })");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->version(), 1);
  EXPECT_EQ(again->etag(), first->etag());
  EXPECT_EQ(ReasonText(SetMapping("etag: \"r0\"").status()), "ETAG_MISMATCH");
}

TEST_F(IntegrationServiceTest, DeleteTakesCompanionsAndLinksAlongButNotAnActiveRun) {
  ASSERT_TRUE(Create().ok());
  ASSERT_TRUE(
      SetMapping(R"(sync_keys: "email" fields { key: "email" value { from: "mail" } })").ok());
  const auto run = CallText<v1::Run, v1::StartRunRequest>("RunService/StartRun",
                                                          "parent: \"" + std::string(kName) + "\"");
  ASSERT_TRUE(run.ok()) << run.status();
  const absl::Status used = Delete().status();
  EXPECT_EQ(ReasonText(used), "IN_USE");
  EXPECT_EQ(base::MetadataOf(used)["used_by"], run->name());
  const auto cancelled = CallText<v1::Run, v1::CancelRunRequest>("RunService/CancelRun",
                                                                 "name: \"" + run->name() + "\"");
  ASSERT_TRUE(cancelled.ok()) << cancelled.status();
  migrated_->Query(
      "INSERT INTO ws_default.syncline_link SELECT integration_uid, gen_random_uuid(), 1, 1, "
      "gen_random_uuid() FROM syncline.integration RETURNING 1");
  const auto deleted = Delete();
  ASSERT_TRUE(deleted.ok()) << deleted.status();
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM ws_default.syncline_link"), "0");
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.schedule"), "0");
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.run"), "1") << "history stays";
}

TEST_F(IntegrationServiceTest, AnIdOfAnotherWorkspaceIsNotFound) {
  ASSERT_TRUE(Create().ok());
  const auto foreign = CallText<v1::Integration, v1::GetIntegrationRequest>(
      "IntegrationService/GetIntegration", R"(name: "workspaces/other/integrations/users")");
  EXPECT_EQ(ReasonText(foreign.status()), "NOT_FOUND");
}

TEST(DefaultScheduleTest, SpreadsIntegrationsOverTheDay) {
  std::set<std::string> times;
  for (int i = 0; i < 100; ++i) {
    times.insert(DefaultSchedule({"default", "i" + std::to_string(i)}).daily());
  }
  EXPECT_GT(times.size(), 80u);
  EXPECT_EQ(DefaultSchedule({"default", "a"}).daily(), DefaultSchedule({"default", "a"}).daily());
}

TEST_F(IntegrationServiceTest, PicksAnAlternativeThatThereIs) {
  const auto credential = CallText<v1::Credential, v1::CreateCredentialRequest>(
      "CredentialService/CreateCredential", R"(
      parent: "workspaces/default" credential_id: "two-ways"
      credential { allowed_hosts: "vendor.example" none {}
        alternatives { key: "key" value { api_token { header: "X" token: "sentinel" } } }
        alternatives { key: "spare" value { basic { username: "me" password: "sentinel" } } } })");
  ASSERT_TRUE(credential.ok()) << credential.status();
  const auto with = [](const std::string& rest) {
    return std::string(kCreate).substr(0, std::string(kCreate).rfind('}')) + rest + "}";
  };
  const auto wrong = Create(with(R"(credential: "two-ways" credential_alternative: "keys")"));
  EXPECT_THAT(WrongFields(wrong.status()), ElementsAre("integration.credentialAlternative"));
  EXPECT_THAT(base::MessageOf(wrong.status()), HasSubstr("it has: key, spare"));
  EXPECT_THAT(WrongFields(Create(with(R"(credential_alternative: "key")")).status()),
              ElementsAre("integration.credentialAlternative"));
  ASSERT_TRUE(Create(with(R"(credential: "two-ways" credential_alternative: "key")")).ok());

  const auto change = [&](const std::string& alternatives) {
    return CallText<v1::Credential, v1::UpdateCredentialRequest>(
               "CredentialService/UpdateCredential",
               "credential { name: 'workspaces/default/credentials/two-ways' " + alternatives +
                   " } update_mask { paths: 'alternatives' }")
        .status();
  };
  const std::string spare = "alternatives { key: 'spare' value { basic { username: 'me' } } }";
  const std::string key = "alternatives { key: 'key' value { api_token { header: 'X' } } }";
  const absl::Status used = change(spare);
  EXPECT_EQ(ReasonText(used), "IN_USE");
  EXPECT_THAT(base::MetadataOf(used)["used_by"], HasSubstr("integrations/users"));
  EXPECT_THAT(base::MessageOf(used), HasSubstr("the alternative \"key\""));
  const absl::Status kept = change(key);  // the token stays, the spare way goes
  EXPECT_TRUE(kept.ok()) << kept;
  EXPECT_EQ(migrated_->Query("SELECT string_agg(field, ' ') FROM syncline.credential_secret"),
            "alternatives.key.api_token.token");
}

}  // namespace
}  // namespace syncline::api
