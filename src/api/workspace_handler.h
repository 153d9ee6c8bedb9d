#pragma once

#include <google/protobuf/empty.pb.h>

#include "absl/status/statusor.h"
#include "api/handler_environment.h"
#include "syncline/v1/workspace_service.pb.h"

namespace syncline::api {

// The methods of WorkspaceService, free of gRPC. Errors as its contract names them.
class WorkspaceHandler {
 public:
  explicit WorkspaceHandler(const HandlerEnvironment& environment) : environment_(environment) {}

  absl::StatusOr<v1::Workspace> Create(const v1::CreateWorkspaceRequest& request) const;
  absl::StatusOr<v1::Workspace> Get(const v1::GetWorkspaceRequest& request) const;
  absl::StatusOr<v1::ListWorkspacesResponse> List(const v1::ListWorkspacesRequest& request) const;
  absl::StatusOr<v1::Workspace> Update(const v1::UpdateWorkspaceRequest& request) const;
  absl::StatusOr<google::protobuf::Empty> Delete(const v1::DeleteWorkspaceRequest& request) const;

 private:
  const HandlerEnvironment& environment_;
};

}  // namespace syncline::api
