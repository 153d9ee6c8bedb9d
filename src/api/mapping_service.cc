#include "api/mapping_handler.h"
#include "api/services.h"
#include "api/unary_call.h"
#include "syncline/v1/mapping_service.grpc.pb.h"

namespace syncline::api {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

// Hands every call to MappingHandler on a worker thread.
class MappingService final : public v1::MappingService::CallbackService {
 public:
  MappingService(const CallEnvironment& calls, const HandlerEnvironment& handlers)
      : calls_(calls), handler_(handlers) {}

  ServerUnaryReactor* GetMapping(CallbackServerContext* context,
                                 const v1::GetMappingRequest* request,
                                 v1::Mapping* response) override {
    return UnaryCall(calls_, context, "MappingService/GetMapping", request, response,
                     [this](const auto& r) { return handler_.Get(r); });
  }

  ServerUnaryReactor* UpdateMapping(CallbackServerContext* context,
                                    const v1::UpdateMappingRequest* request,
                                    v1::Mapping* response) override {
    return UnaryCall(calls_, context, "MappingService/UpdateMapping", request, response,
                     [this](const auto& r) { return handler_.Update(r); });
  }

  ServerUnaryReactor* SuggestMapping(CallbackServerContext* context,
                                     const v1::SuggestMappingRequest* request,
                                     v1::SuggestMappingResponse* response) override {
    return UnaryCall(
        calls_, context, "MappingService/SuggestMapping", request, response,
        [](const v1::SuggestMappingRequest&) -> absl::StatusOr<v1::SuggestMappingResponse> {
          return Unimplemented("the proposal of a mapping from samples (SuggestMapping)");
        });
  }

  ServerUnaryReactor* PreviewMapping(CallbackServerContext* context,
                                     const v1::PreviewMappingRequest* request,
                                     v1::PreviewMappingResponse* response) override {
    return UnaryCall(
        calls_, context, "MappingService/PreviewMapping", request, response,
        [](const v1::PreviewMappingRequest&) -> absl::StatusOr<v1::PreviewMappingResponse> {
          return Unimplemented("a trial of a mapping on one record (PreviewMapping)");
        });
  }

 private:
  const CallEnvironment& calls_;
  const MappingHandler handler_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeMappingService(const CallEnvironment& calls,
                                                  const HandlerEnvironment& handlers) {
  return std::make_unique<MappingService>(calls, handlers);
}

}  // namespace syncline::api
