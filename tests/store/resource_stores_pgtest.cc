#include <gmock/gmock.h>

#include "base/status.h"
#include "store/credential_store.h"
#include "store/integration_store.h"
#include "store/mapping_store.h"
#include "store/object_type_store.h"
#include "store/request_log_store.h"
#include "store/schedule_store.h"
#include "store/workspace_store.h"
#include "tests/support/migrated_database.h"

namespace syncline::store {
namespace {

using base::Reason;
using ::testing::ElementsAre;

class ResourceStoresTest : public test::MigratedDatabaseTest {
 protected:
  // The reason of what `work` returned; nullopt when it succeeded and was committed.
  std::optional<Reason> Run(const std::function<absl::Status(Transaction&)>& work) {
    const absl::Status status = database().RunTransaction(work);
    if (status.ok()) return std::nullopt;
    return base::ReasonOf(status);
  }
  // Runs one store function in a transaction of its own.
  template <typename Function, typename... Arguments>
  auto Call(Function function, const Arguments&... arguments) {
    std::optional<decltype(function(std::declval<Transaction&>(), arguments...))> result;
    database()
        .RunTransaction([&](Transaction& transaction) {
          result.emplace(function(transaction, arguments...));
          return absl::OkStatus();
        })
        .IgnoreError();
    return *std::move(result);
  }
  v1::Integration NewIntegration(const std::string& credential) {
    v1::Integration integration;
    integration.set_object_type("user");
    integration.set_credential(credential);
    integration.mutable_request()->set_url("https://vendor.example/users");
    return integration;
  }
  absl::StatusOr<IntegrationRow> Insert(const std::string& id, const std::string& credential = "") {
    return Call(InsertIntegration, model::IntegrationName{"default", id},
                NewIntegration(credential));
  }
};

template <typename Message>
std::vector<std::string> NamesOf(const absl::StatusOr<std::vector<Message>>& messages) {
  std::vector<std::string> names;
  if (!messages.ok()) return {messages.status().ToString()};
  for (const Message& message : *messages) names.push_back(message.name());
  return names;
}

TEST_F(ResourceStoresTest, CredentialLivesThroughItsLife) {
  const model::CredentialName name{"default", "okta"};
  v1::Credential credential;
  credential.set_display_name("Okta");
  credential.mutable_basic()->set_username("reader");
  const auto inserted = Call(InsertCredential, name, credential);
  ASSERT_TRUE(inserted.ok()) << inserted.status();
  EXPECT_EQ(inserted->name(), "workspaces/default/credentials/okta");
  EXPECT_EQ(inserted->basic().username(), "reader");
  EXPECT_TRUE(inserted->has_create_time());
  EXPECT_EQ(base::ReasonOf(Call(InsertCredential, name, credential).status()),
            Reason::kAlreadyExists);

  v1::Credential changed = *inserted;
  changed.set_display_name("Okta 2");
  const auto updated = Call(UpdateCredential, name, changed);
  ASSERT_TRUE(updated.ok());
  EXPECT_NE(updated->etag(), inserted->etag());
  EXPECT_EQ(Call(FindCredential, name, Lock::kNone)->SerializeAsString(),
            updated->SerializeAsString());
  EXPECT_EQ(migrated_->Query(
                "SELECT spec ?| ARRAY['name', 'etag', 'createTime', 'updateTime', 'secretVersion'] "
                "FROM syncline.credential"),
            "f")
      << "output-only fields are columns";

  EXPECT_TRUE(Call(DeleteCredential, name).ok());
  EXPECT_EQ(base::ReasonOf(Call(DeleteCredential, name)), Reason::kNotFound);
  EXPECT_EQ(base::ReasonOf(Call(FindCredential, name, Lock::kForUpdate).status()),
            Reason::kNotFound);
  EXPECT_EQ(base::ReasonOf(Call(UpdateCredential, name, changed).status()), Reason::kNotFound);
}

TEST_F(ResourceStoresTest, CredentialInUseIsNotLost) {
  ASSERT_TRUE(Call(InsertCredential, model::CredentialName{"default", "c"}, v1::Credential()).ok());
  ASSERT_TRUE(Insert("b", "c").ok());
  ASSERT_TRUE(Insert("a", "c").ok());
  EXPECT_THAT(
      *Call(CredentialUsers, model::CredentialName{"default", "c"}, 10),
      ElementsAre("workspaces/default/integrations/a", "workspaces/default/integrations/b"));
  // Whoever did not look is stopped by the foreign key.
  EXPECT_EQ(Run([](Transaction& transaction) {
              return DeleteCredential(transaction, {"default", "c"});
            }),
            Reason::kDatabaseConflict);
  EXPECT_EQ(base::ReasonOf(Insert("d", "absent").status()), Reason::kDatabaseConflict);
}

TEST_F(ResourceStoresTest, ListsPageByKeyWithinTheirWorkspace) {
  for (const char* id : {"b", "a", "d", "c"}) ASSERT_TRUE(Insert(id).ok());
  ASSERT_TRUE(Call(InsertWorkspace, model::WorkspaceName{"other"}, v1::Workspace()).ok());
  ASSERT_TRUE(
      Call(InsertIntegration, model::IntegrationName{"other", "bb"}, NewIntegration("")).ok());
  EXPECT_THAT(
      NamesOf(Call(ListIntegrations, "default", "", 2)),
      ElementsAre("workspaces/default/integrations/a", "workspaces/default/integrations/b"));
  EXPECT_THAT(
      NamesOf(Call(ListIntegrations, "default", "b", 10)),
      ElementsAre("workspaces/default/integrations/c", "workspaces/default/integrations/d"));
  EXPECT_THAT(NamesOf(Call(ListIntegrations, "absent", "", 10)), ElementsAre());
  EXPECT_THAT(NamesOf(Call(ListWorkspaces, "", 10)),
              ElementsAre("workspaces/default", "workspaces/other"));
  EXPECT_THAT(*Call(WorkspaceContents, model::WorkspaceName{"other"}, 10),
              ElementsAre("integrations/bb"));
}

TEST_F(ResourceStoresTest, IntegrationUidsAreNeverReused) {
  const std::int64_t first = Insert("a")->uid;
  ASSERT_TRUE(Call(DeleteIntegration, model::IntegrationName{"default", "a"}).ok());
  EXPECT_GT(Insert("a")->uid, first);
  EXPECT_EQ(*Call(ActiveRunOf, first), std::nullopt);
}

TEST_F(ResourceStoresTest, MappingExistsEmptyAndRisesInVersion) {
  ASSERT_TRUE(Insert("a").ok());
  const model::MappingName name{"default", "a"};
  const auto empty = Call(InsertMapping, name);
  ASSERT_TRUE(empty.ok()) << empty.status();
  EXPECT_EQ(empty->version(), 0);
  v1::Mapping mapping;
  mapping.add_sync_keys("email");
  (*mapping.mutable_fields())["email"].set_from("profile.email");
  const auto first = Call(UpdateMapping, name, mapping);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->version(), 1);
  EXPECT_NE(first->etag(), empty->etag());
  EXPECT_EQ(Call(UpdateMapping, name, *first)->version(), 2);
  EXPECT_EQ(Call(FindMapping, name, Lock::kNone)->fields().at("email").from(), "profile.email");
  ASSERT_TRUE(Call(DeleteIntegration, model::IntegrationName{"default", "a"}).ok());
  EXPECT_EQ(base::ReasonOf(Call(FindMapping, name, Lock::kNone).status()), Reason::kNotFound);
}

TEST_F(ResourceStoresTest, ScheduleKeepsItsNextTime) {
  ASSERT_TRUE(Insert("a").ok());
  const model::ScheduleName name{"default", "a", "default"};
  const base::Time now = *Call(DatabaseTime);
  v1::Schedule schedule;
  schedule.set_daily("02:00");
  const auto inserted = Call(InsertSchedule, name, schedule, std::optional(now));
  ASSERT_TRUE(inserted.ok()) << inserted.status();
  EXPECT_EQ(inserted->next_fire_time().seconds(),
            std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count());
  v1::Schedule paused = *inserted;
  paused.set_paused(true);
  const auto updated = Call(UpdateSchedule, name, paused, std::optional<base::Time>());
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_TRUE(updated->paused());
  EXPECT_FALSE(updated->has_next_fire_time());
  EXPECT_EQ(updated->daily(), "02:00");
  EXPECT_THAT(NamesOf(Call(ListSchedules, model::IntegrationName{"default", "a"}, "", 10)),
              ElementsAre("workspaces/default/integrations/a/schedules/default"));
  EXPECT_TRUE(Call(DeleteSchedule, name).ok());
}

TEST_F(ResourceStoresTest, ObjectTypesListBuiltInAndCustomInOneOrder) {
  for (const char* id : {"printer", "ab_c", "abc"}) {
    ASSERT_TRUE(
        Call(InsertObjectType, model::ObjectTypeName{"default", id}, v1::ObjectType()).ok());
  }
  EXPECT_EQ(base::ReasonOf(
                Call(InsertObjectType, model::ObjectTypeName{"default", "user"}, v1::ObjectType())
                    .status()),
            Reason::kAlreadyExists);
  std::vector<std::string> walked;
  for (std::string after;;) {
    const auto page = Call(ListObjectTypes, "default", after, 2);
    if (page->empty()) break;
    for (const std::string& name : NamesOf(page))
      walked.push_back(name.substr(name.rfind('/') + 1));
    after = walked.back();
  }
  EXPECT_THAT(walked, ElementsAre("ab_c", "abc", "asset", "contract", "department", "location",
                                  "printer", "software", "user"));
  EXPECT_EQ(Call(FindObjectType, model::ObjectTypeName{"default", "asset"}, Lock::kNone)->table(),
            R"("ws_default"."asset")");
  ASSERT_TRUE(Insert("a").ok());
  EXPECT_THAT(*Call(ObjectTypeUsers, model::ObjectTypeName{"default", "user"}, 10),
              ElementsAre("workspaces/default/integrations/a"));
}

TEST_F(ResourceStoresTest, SecondRequestWithOneIdIsAConflict) {
  constexpr const char* kId = "01234567-89ab-cdef-0123-456789abcdef";
  const RequestLogRow row{
      .method = "Create", .request_hash = {1, 2}, .response = std::string("\0x", 2)};
  EXPECT_FALSE(Call(FindRequest, "default", kId)->has_value());
  EXPECT_EQ(Run([&](Transaction& t) { return InsertRequest(t, "default", kId, row); }),
            std::nullopt);
  EXPECT_EQ(Run([&](Transaction& t) { return InsertRequest(t, "default", kId, row); }),
            Reason::kDatabaseConflict);
  const auto found = *Call(FindRequest, "default", kId);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->response, row.response);
  EXPECT_EQ(found->request_hash, row.request_hash);
  EXPECT_FALSE(Call(FindRequest, "other", kId)->has_value());
}

TEST(SchemaNameTest, LongIdsStayApart) {
  EXPECT_EQ(SchemaNameOf("north-sea"), "ws_north_sea");
  EXPECT_EQ(SchemaNameOf(std::string(60, 'a')).size(), 63U);
  const std::string one = SchemaNameOf(std::string(62, 'a') + "b");
  const std::string two = SchemaNameOf(std::string(62, 'a') + "c");
  EXPECT_EQ(one.size(), 63U);
  EXPECT_NE(one, two);
}

}  // namespace
}  // namespace syncline::store
