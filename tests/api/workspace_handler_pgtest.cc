#include <gmock/gmock.h>

#include "syncline/v1/workspace_service.pb.h"
#include "tests/api/api_fixture.h"

namespace syncline::api {
namespace {

using google::protobuf::Empty;
using ::testing::ElementsAre;

class WorkspaceServiceTest : public ApiTest {
 protected:
  absl::StatusOr<v1::Workspace> Create(const std::string& request) {
    return CallText<v1::Workspace, v1::CreateWorkspaceRequest>("WorkspaceService/CreateWorkspace",
                                                               request);
  }
  absl::StatusOr<v1::Workspace> Get(const std::string& name) {
    return CallText<v1::Workspace, v1::GetWorkspaceRequest>("WorkspaceService/GetWorkspace",
                                                            "name: \"" + name + "\"");
  }
  absl::StatusOr<v1::Workspace> Update(const std::string& request) {
    return CallText<v1::Workspace, v1::UpdateWorkspaceRequest>("WorkspaceService/UpdateWorkspace",
                                                               request);
  }
  absl::StatusOr<Empty> Delete(const std::string& request) {
    return CallText<Empty, v1::DeleteWorkspaceRequest>("WorkspaceService/DeleteWorkspace", request);
  }
};

TEST_F(WorkspaceServiceTest, LivesFromCreateToDelete) {
  EXPECT_EQ(Get("workspaces/default")->schema(), "ws_default");
  const auto created = Create(R"(workspace_id: "a-b" workspace { display_name: "A" })");
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->name(), "workspaces/a-b");
  EXPECT_EQ(created->schema(), "ws_a_b");
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM ws_a_b.syncline_link"), "0");
  EXPECT_EQ(ReasonText(Create(R"(workspace_id: "a-b" workspace {})").status()), "ALREADY_EXISTS");

  const auto updated = Update(R"(workspace { name: "workspaces/a-b" display_name: "B" })");
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->display_name(), "B");
  EXPECT_NE(updated->etag(), created->etag());
  const std::string stale = R"(name: "workspaces/a-b" etag: ")" + created->etag() + "\"";
  EXPECT_EQ(ReasonText(Update("workspace {" + stale + "}").status()), "ETAG_MISMATCH");
  EXPECT_EQ(ReasonText(Delete(stale).status()), "ETAG_MISMATCH");
  EXPECT_EQ(Update("workspace { name: \"workspaces/a-b\" }")->etag(), updated->etag())
      << "an update that changes nothing writes nothing";

  EXPECT_TRUE(Delete(R"(name: "workspaces/a-b")").ok());
  EXPECT_EQ(ReasonText(Get("workspaces/a-b").status()), "NOT_FOUND");
  EXPECT_EQ(migrated_->Query("SELECT to_regnamespace('ws_a_b') IS NULL"), "t");
}

TEST_F(WorkspaceServiceTest, EveryMistakeIsNamedAtOnce) {
  const auto status =
      Create("workspace_id: \"A_\" workspace { display_name: \"" + std::string(256, 'x') + "\" }")
          .status();
  EXPECT_THAT(WrongFields(status), ElementsAre("workspaceId", "workspace.displayName"));
  EXPECT_THAT(WrongFields(Get("spaces/1").status()), ElementsAre("name"));
}

TEST_F(WorkspaceServiceTest, ValidateOnlyChangesNothing) {
  const auto checked = Create(R"(workspace_id: "dry" workspace {} validate_only: true)");
  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_EQ(checked->name(), "workspaces/dry");
  EXPECT_EQ(ReasonText(Get("workspaces/dry").status()), "NOT_FOUND");
  EXPECT_EQ(migrated_->Query("SELECT to_regnamespace('ws_dry') IS NULL"), "t");
}

TEST_F(WorkspaceServiceTest, ARetryWithTheSameRequestIdGetsTheFirstAnswer) {
  const std::string id = "request_id: \"01900000-0000-7000-8000-0000000000aa\"";
  const auto first = Create(R"(workspace_id: "one" workspace {} )" + id);
  ASSERT_TRUE(first.ok()) << first.status();
  const auto again = Create(R"(workspace_id: "one" workspace {} )" + id);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(ReasonText(Create(R"(workspace_id: "two" workspace {} )" + id).status()),
            "REQUEST_ID_REUSED");
  EXPECT_EQ(ReasonText(Delete(R"(name: "workspaces/one" )" + id).status()), "REQUEST_ID_REUSED");
  EXPECT_THAT(WrongFields(Create(R"(workspace_id: "x" workspace {} request_id: "7")").status()),
              ElementsAre("requestId"));
}

TEST_F(WorkspaceServiceTest, SimultaneousTriesOfOneRequestActOnce) {
  std::vector<std::jthread> callers;
  std::vector<absl::StatusOr<v1::Workspace>> answers(8, absl::UnknownError(""));
  for (auto& answer : answers) {
    callers.emplace_back([&] {
      answer = Create(R"(workspace_id: "race" workspace {}
                         request_id: "01900000-0000-7000-8000-0000000000bb")");
    });
  }
  callers.clear();
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->SerializeAsString(), answers[0]->SerializeAsString());
  }
}

TEST_F(WorkspaceServiceTest, PagesWalkTheWholeListInOrder) {
  for (const char* id : {"c", "a", "b"}) {
    ASSERT_TRUE(Create(std::string("workspace_id: \"") + id + "\" workspace {}").ok());
  }
  std::vector<std::string> names;
  v1::ListWorkspacesRequest request;
  request.set_page_size(2);
  do {
    const auto page = Call<v1::ListWorkspacesResponse>("WorkspaceService/ListWorkspaces", request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const auto& workspace : page->workspaces()) names.push_back(workspace.name());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(names,
              ElementsAre("workspaces/a", "workspaces/b", "workspaces/c", "workspaces/default"));
}

TEST_F(WorkspaceServiceTest, TheDefaultAndFullWorkspacesStay) {
  EXPECT_EQ(ReasonText(Delete(R"(name: "workspaces/default")").status()), "IN_USE");
  ASSERT_TRUE(Create(R"(workspace_id: "full" workspace {})").ok());
  migrated_->Query(
      "INSERT INTO syncline.credential (workspace_id, credential_id, spec) "
      "VALUES ('full', 'c', '{}') RETURNING 1");
  const auto status = Delete(R"(name: "workspaces/full")").status();
  EXPECT_EQ(ReasonText(status), "IN_USE");
  EXPECT_EQ(base::MetadataOf(status)["used_by"], "credentials/c");
}

}  // namespace
}  // namespace syncline::api
