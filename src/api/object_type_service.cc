#include "api/object_type_handler.h"
#include "api/services.h"
#include "api/unary_call.h"
#include "syncline/v1/object_type_service.grpc.pb.h"

namespace syncline::api {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

// Hands every call to ObjectTypeHandler on a worker thread.
class ObjectTypeService final : public v1::ObjectTypeService::CallbackService {
 public:
  ObjectTypeService(const CallEnvironment& calls, const HandlerEnvironment& handlers)
      : calls_(calls), handler_(handlers) {}

  ServerUnaryReactor* CreateObjectType(CallbackServerContext* context,
                                       const v1::CreateObjectTypeRequest* request,
                                       v1::ObjectType* response) override {
    return UnaryCall(calls_, context, "ObjectTypeService/CreateObjectType", request, response,
                     [this](const auto& r) { return handler_.Create(r); });
  }

  ServerUnaryReactor* GetObjectType(CallbackServerContext* context,
                                    const v1::GetObjectTypeRequest* request,
                                    v1::ObjectType* response) override {
    return UnaryCall(calls_, context, "ObjectTypeService/GetObjectType", request, response,
                     [this](const auto& r) { return handler_.Get(r); });
  }

  ServerUnaryReactor* ListObjectTypes(CallbackServerContext* context,
                                      const v1::ListObjectTypesRequest* request,
                                      v1::ListObjectTypesResponse* response) override {
    return UnaryCall(calls_, context, "ObjectTypeService/ListObjectTypes", request, response,
                     [this](const auto& r) { return handler_.List(r); });
  }

  ServerUnaryReactor* UpdateObjectType(CallbackServerContext* context,
                                       const v1::UpdateObjectTypeRequest* request,
                                       v1::ObjectType* response) override {
    return UnaryCall(calls_, context, "ObjectTypeService/UpdateObjectType", request, response,
                     [this](const auto& r) { return handler_.Update(r); });
  }

  ServerUnaryReactor* DeleteObjectType(CallbackServerContext* context,
                                       const v1::DeleteObjectTypeRequest* request,
                                       google::protobuf::Empty* response) override {
    return UnaryCall(calls_, context, "ObjectTypeService/DeleteObjectType", request, response,
                     [this](const auto& r) { return handler_.Delete(r); });
  }

 private:
  const CallEnvironment& calls_;
  const ObjectTypeHandler handler_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeObjectTypeService(const CallEnvironment& calls,
                                                     const HandlerEnvironment& handlers) {
  return std::make_unique<ObjectTypeService>(calls, handlers);
}

}  // namespace syncline::api
