#include "api/object_handler.h"
#include "api/services.h"
#include "api/status_details.h"
#include "api/unary_call.h"
#include "syncline/v1/object_service.grpc.pb.h"

namespace syncline::api {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

// Hands every call to ObjectHandler on a worker thread.
class ObjectService final : public v1::ObjectService::CallbackService {
 public:
  ObjectService(const CallEnvironment& calls, const HandlerEnvironment& handlers)
      : calls_(calls), handler_(handlers) {}

  ServerUnaryReactor* GetObject(CallbackServerContext* context, const v1::GetObjectRequest* request,
                                v1::Object* response) override {
    return UnaryCall(calls_, context, "ObjectService/GetObject", request, response,
                     [this](const auto& r) { return handler_.Get(r); });
  }

  ServerUnaryReactor* ListObjects(CallbackServerContext* context,
                                  const v1::ListObjectsRequest* request,
                                  v1::ListObjectsResponse* response) override {
    return UnaryCall(calls_, context, "ObjectService/ListObjects", request, response,
                     [this](const auto& r) { return handler_.List(r); });
  }

  ServerUnaryReactor* ListObjectChanges(CallbackServerContext* context,
                                        const v1::ListObjectChangesRequest* request,
                                        v1::ListObjectChangesResponse* response) override {
    return UnaryCall(
        calls_, context, "ObjectService/ListObjectChanges", request, response,
        [](const v1::ListObjectChangesRequest&) -> absl::StatusOr<v1::ListObjectChangesResponse> {
          return Unimplemented("the history of changes (ListObjectChanges)");
        });
  }

  grpc::ServerWriteReactor<v1::WatchObjectChangesResponse>* WatchObjectChanges(
      CallbackServerContext*, const v1::WatchObjectChangesRequest*) override {
    class Refusal final : public grpc::ServerWriteReactor<v1::WatchObjectChangesResponse> {
     public:
      Refusal() { Finish(ToGrpcStatus(Unimplemented("following changes (WatchObjectChanges)"))); }
      void OnDone() override { delete this; }
    };
    return new Refusal;
  }

 private:
  const CallEnvironment& calls_;
  const ObjectHandler handler_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeObjectService(const CallEnvironment& calls,
                                                 const HandlerEnvironment& handlers) {
  return std::make_unique<ObjectService>(calls, handlers);
}

}  // namespace syncline::api
