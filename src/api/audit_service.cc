#include "api/audit_handler.h"
#include "api/services.h"
#include "api/unary_call.h"
#include "syncline/v1/audit_service.grpc.pb.h"

namespace syncline::api {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

// Hands every call to AuditHandler on a worker thread.
class AuditService final : public v1::AuditService::CallbackService {
 public:
  AuditService(const CallEnvironment& calls, const HandlerEnvironment& handlers)
      : calls_(calls), handler_(handlers) {}

  ServerUnaryReactor* GetAuditEvent(CallbackServerContext* context,
                                    const v1::GetAuditEventRequest* request,
                                    v1::AuditEvent* response) override {
    return UnaryCall(calls_, context, "AuditService/GetAuditEvent", request, response,
                     [this](const auto& r) { return handler_.Get(r); });
  }

  ServerUnaryReactor* ListAuditEvents(CallbackServerContext* context,
                                      const v1::ListAuditEventsRequest* request,
                                      v1::ListAuditEventsResponse* response) override {
    return UnaryCall(calls_, context, "AuditService/ListAuditEvents", request, response,
                     [this](const auto& r) { return handler_.List(r); });
  }

 private:
  const CallEnvironment& calls_;
  const AuditHandler handler_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeAuditService(const CallEnvironment& calls,
                                                const HandlerEnvironment& handlers) {
  return std::make_unique<AuditService>(calls, handlers);
}

}  // namespace syncline::api
