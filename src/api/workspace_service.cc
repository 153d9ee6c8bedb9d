#include "api/services.h"
#include "api/unary_call.h"
#include "api/workspace_handler.h"
#include "syncline/v1/workspace_service.grpc.pb.h"

namespace syncline::api {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

// Hands every call to WorkspaceHandler on a worker thread.
class WorkspaceService final : public v1::WorkspaceService::CallbackService {
 public:
  WorkspaceService(const CallEnvironment& calls, const HandlerEnvironment& handlers)
      : calls_(calls), handler_(handlers) {}

  ServerUnaryReactor* CreateWorkspace(CallbackServerContext* context,
                                      const v1::CreateWorkspaceRequest* request,
                                      v1::Workspace* response) override {
    return UnaryCall(calls_, context, "WorkspaceService/CreateWorkspace", request, response,
                     [this](const auto& r) { return handler_.Create(r); });
  }

  ServerUnaryReactor* GetWorkspace(CallbackServerContext* context,
                                   const v1::GetWorkspaceRequest* request,
                                   v1::Workspace* response) override {
    return UnaryCall(calls_, context, "WorkspaceService/GetWorkspace", request, response,
                     [this](const auto& r) { return handler_.Get(r); });
  }

  ServerUnaryReactor* ListWorkspaces(CallbackServerContext* context,
                                     const v1::ListWorkspacesRequest* request,
                                     v1::ListWorkspacesResponse* response) override {
    return UnaryCall(calls_, context, "WorkspaceService/ListWorkspaces", request, response,
                     [this](const auto& r) { return handler_.List(r); });
  }

  ServerUnaryReactor* UpdateWorkspace(CallbackServerContext* context,
                                      const v1::UpdateWorkspaceRequest* request,
                                      v1::Workspace* response) override {
    return UnaryCall(calls_, context, "WorkspaceService/UpdateWorkspace", request, response,
                     [this](const auto& r) { return handler_.Update(r); });
  }

  ServerUnaryReactor* DeleteWorkspace(CallbackServerContext* context,
                                      const v1::DeleteWorkspaceRequest* request,
                                      google::protobuf::Empty* response) override {
    return UnaryCall(calls_, context, "WorkspaceService/DeleteWorkspace", request, response,
                     [this](const auto& r) { return handler_.Delete(r); });
  }

 private:
  const CallEnvironment& calls_;
  const WorkspaceHandler handler_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeWorkspaceService(const CallEnvironment& calls,
                                                    const HandlerEnvironment& handlers) {
  return std::make_unique<WorkspaceService>(calls, handlers);
}

}  // namespace syncline::api
