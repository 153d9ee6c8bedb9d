#include "api/incremental_state_handler.h"
#include "api/services.h"
#include "api/unary_call.h"
#include "syncline/v1/incremental_state_service.grpc.pb.h"

namespace syncline::api {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

// Hands every call to IncrementalStateHandler on a worker thread.
class IncrementalStateService final : public v1::IncrementalStateService::CallbackService {
 public:
  IncrementalStateService(const CallEnvironment& calls, const HandlerEnvironment& handlers)
      : calls_(calls), handler_(handlers) {}

  ServerUnaryReactor* GetIncrementalState(CallbackServerContext* context,
                                          const v1::GetIncrementalStateRequest* request,
                                          v1::IncrementalState* response) override {
    return UnaryCall(calls_, context, "IncrementalStateService/GetIncrementalState", request,
                     response, [this](const auto& r) { return handler_.Get(r); });
  }

  ServerUnaryReactor* ListIncrementalStates(CallbackServerContext* context,
                                            const v1::ListIncrementalStatesRequest* request,
                                            v1::ListIncrementalStatesResponse* response) override {
    return UnaryCall(calls_, context, "IncrementalStateService/ListIncrementalStates", request,
                     response, [this](const auto& r) { return handler_.List(r); });
  }

  ServerUnaryReactor* SetIncrementalState(CallbackServerContext* context,
                                          const v1::SetIncrementalStateRequest* request,
                                          v1::IncrementalState* response) override {
    return UnaryCall(calls_, context, "IncrementalStateService/SetIncrementalState", request,
                     response, [this](const auto& r) { return handler_.Set(r); });
  }

  ServerUnaryReactor* ResetIncrementalStates(
      CallbackServerContext* context, const v1::ResetIncrementalStatesRequest* request,
      v1::ResetIncrementalStatesResponse* response) override {
    return UnaryCall(calls_, context, "IncrementalStateService/ResetIncrementalStates", request,
                     response, [this](const auto& r) { return handler_.Reset(r); });
  }

 private:
  const CallEnvironment& calls_;
  const IncrementalStateHandler handler_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeIncrementalStateService(const CallEnvironment& calls,
                                                           const HandlerEnvironment& handlers) {
  return std::make_unique<IncrementalStateService>(calls, handlers);
}

}  // namespace syncline::api
