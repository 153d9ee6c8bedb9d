#include "api/integration_handler.h"
#include "api/preview_handler.h"
#include "api/services.h"
#include "api/unary_call.h"
#include "syncline/v1/integration_service.grpc.pb.h"

namespace syncline::api {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

// Hands every call to IntegrationHandler on a worker thread.
class IntegrationService final : public v1::IntegrationService::CallbackService {
 public:
  IntegrationService(const CallEnvironment& calls, const HandlerEnvironment& handlers)
      : calls_(calls), handler_(handlers), preview_(handlers) {}

  ServerUnaryReactor* CreateIntegration(CallbackServerContext* context,
                                        const v1::CreateIntegrationRequest* request,
                                        v1::Integration* response) override {
    return UnaryCall(calls_, context, "IntegrationService/CreateIntegration", request, response,
                     [this](const auto& r) { return handler_.Create(r); });
  }

  ServerUnaryReactor* GetIntegration(CallbackServerContext* context,
                                     const v1::GetIntegrationRequest* request,
                                     v1::Integration* response) override {
    return UnaryCall(calls_, context, "IntegrationService/GetIntegration", request, response,
                     [this](const auto& r) { return handler_.Get(r); });
  }

  ServerUnaryReactor* ListIntegrations(CallbackServerContext* context,
                                       const v1::ListIntegrationsRequest* request,
                                       v1::ListIntegrationsResponse* response) override {
    return UnaryCall(calls_, context, "IntegrationService/ListIntegrations", request, response,
                     [this](const auto& r) { return handler_.List(r); });
  }

  ServerUnaryReactor* UpdateIntegration(CallbackServerContext* context,
                                        const v1::UpdateIntegrationRequest* request,
                                        v1::Integration* response) override {
    return UnaryCall(calls_, context, "IntegrationService/UpdateIntegration", request, response,
                     [this](const auto& r) { return handler_.Update(r); });
  }

  ServerUnaryReactor* DeleteIntegration(CallbackServerContext* context,
                                        const v1::DeleteIntegrationRequest* request,
                                        google::protobuf::Empty* response) override {
    return UnaryCall(calls_, context, "IntegrationService/DeleteIntegration", request, response,
                     [this](const auto& r) { return handler_.Delete(r); });
  }

  ServerUnaryReactor* PreviewIntegration(CallbackServerContext* context,
                                         const v1::PreviewIntegrationRequest* request,
                                         v1::PreviewIntegrationResponse* response) override {
    return UnaryCall(
        calls_, context, "IntegrationService/PreviewIntegration", request, response,
        [this](const auto& r, const CallScope& scope) { return preview_.Preview(r, scope); });
  }

 private:
  const CallEnvironment& calls_;
  const IntegrationHandler handler_;
  const PreviewHandler preview_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeIntegrationService(const CallEnvironment& calls,
                                                      const HandlerEnvironment& handlers) {
  return std::make_unique<IntegrationService>(calls, handlers);
}

}  // namespace syncline::api
