#include "api/workspace_handler.h"

#include <google/protobuf/util/message_differencer.h>

#include "api/etag.h"
#include "api/mutation.h"
#include "api/update_mask.h"
#include "model/resource_name.h"
#include "store/workspace_schema.h"
#include "store/workspace_store.h"

namespace syncline::api {
namespace {

using google::protobuf::Empty;
using google::protobuf::util::MessageDifferencer;
using model::WorkspaceName;
using store::Transaction;

constexpr std::string_view kDefaultWorkspace = "default";

const UpdateRules kRules{.ignored = {"name", "schema", "create_time", "update_time", "etag"}};

}  // namespace

absl::StatusOr<v1::Workspace> WorkspaceHandler::Create(
    const v1::CreateWorkspaceRequest& request) const {
  const WorkspaceName name{request.workspace_id()};
  base::FieldViolations wrong;
  CheckId(wrong, "workspaceId", name.workspace, model::IsResourceId(name.workspace),
          model::kResourceIdRule);
  CheckDisplayName(wrong, "workspace.displayName", request.workspace().display_name());
  SYNCLINE_RETURN_IF_ERROR(wrong.ToStatus());
  return Mutate<v1::Workspace>(
      environment_.database, "syncline.v1.WorkspaceService/CreateWorkspace", "", request,
      [&](Transaction& transaction) -> absl::StatusOr<v1::Workspace> {
        SYNCLINE_ASSIGN_OR_RETURN(v1::Workspace created,
                                  store::InsertWorkspace(transaction, name, request.workspace()));
        SYNCLINE_RETURN_IF_ERROR(store::CreateWorkspaceSchema(transaction, name.workspace));
        return created;
      });
}

absl::StatusOr<v1::Workspace> WorkspaceHandler::Get(const v1::GetWorkspaceRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name, ParseName<WorkspaceName>(request.name(), "name"));
  return ReadInTransaction(environment_.database, [&](Transaction& transaction) {
    return store::FindWorkspace(transaction, name);
  });
}

absl::StatusOr<v1::ListWorkspacesResponse> WorkspaceHandler::List(
    const v1::ListWorkspacesRequest& request) const {
  return ListPage<v1::ListWorkspacesResponse>(
      environment_.page_tokens, request, &v1::ListWorkspacesResponse::mutable_workspaces,
      [&](const std::string& after, int limit) {
        return ReadInTransaction(environment_.database, [&](Transaction& transaction) {
          return store::ListWorkspaces(transaction, after, limit);
        });
      },
      [](const v1::Workspace& workspace) { return LastId(workspace.name()); });
}

absl::StatusOr<v1::Workspace> WorkspaceHandler::Update(
    const v1::UpdateWorkspaceRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name,
                            ParseName<WorkspaceName>(request.workspace().name(), "workspace.name"));
  return Mutate<v1::Workspace>(
      environment_.database, "syncline.v1.WorkspaceService/UpdateWorkspace", "", request,
      [&](Transaction& transaction) -> absl::StatusOr<v1::Workspace> {
        SYNCLINE_ASSIGN_OR_RETURN(const v1::Workspace stored,
                                  store::FindWorkspace(transaction, name, store::Lock::kForUpdate));
        SYNCLINE_RETURN_IF_ERROR(
            CheckEtag(request.workspace().etag(), stored.etag(), name.ToString()));
        v1::Workspace merged = stored;
        SYNCLINE_RETURN_IF_ERROR(ApplyUpdateMask(request.update_mask(), request.workspace(), kRules,
                                                 "workspace", &merged));
        base::FieldViolations wrong;
        CheckDisplayName(wrong, "workspace.displayName", merged.display_name());
        SYNCLINE_RETURN_IF_ERROR(wrong.ToStatus());
        if (MessageDifferencer::Equals(merged, stored)) return stored;
        return store::UpdateWorkspace(transaction, name, merged);
      });
}

absl::StatusOr<Empty> WorkspaceHandler::Delete(const v1::DeleteWorkspaceRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name, ParseName<WorkspaceName>(request.name(), "name"));
  if (name.workspace == kDefaultWorkspace) {
    return InUse(name.ToString(), {"the server itself, which needs the default workspace"});
  }
  return Mutate<Empty>(
      environment_.database, "syncline.v1.WorkspaceService/DeleteWorkspace", "", request,
      [&](Transaction& transaction) -> absl::StatusOr<Empty> {
        SYNCLINE_ASSIGN_OR_RETURN(const v1::Workspace stored,
                                  store::FindWorkspace(transaction, name, store::Lock::kForUpdate));
        SYNCLINE_RETURN_IF_ERROR(CheckEtag(request.etag(), stored.etag(), name.ToString()));
        SYNCLINE_ASSIGN_OR_RETURN(const std::vector<std::string> contents,
                                  store::WorkspaceContents(transaction, name, kUsersNamedMax));
        if (!contents.empty()) return InUse(name.ToString(), contents);
        SYNCLINE_RETURN_IF_ERROR(store::DropWorkspaceSchema(transaction, name.workspace));
        SYNCLINE_RETURN_IF_ERROR(store::DeleteWorkspace(transaction, name));
        return Empty();
      });
}

}  // namespace syncline::api
