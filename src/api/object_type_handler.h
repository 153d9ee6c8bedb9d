#pragma once

#include <google/protobuf/empty.pb.h>

#include "absl/status/statusor.h"
#include "api/handler_environment.h"
#include "syncline/v1/object_type_service.pb.h"

namespace syncline::api {

// The methods of ObjectTypeService, free of gRPC. A custom type and its table change in one
// transaction. Errors as the contract names them.
class ObjectTypeHandler {
 public:
  explicit ObjectTypeHandler(const HandlerEnvironment& environment) : environment_(environment) {}

  absl::StatusOr<v1::ObjectType> Create(const v1::CreateObjectTypeRequest& request) const;
  absl::StatusOr<v1::ObjectType> Get(const v1::GetObjectTypeRequest& request) const;
  absl::StatusOr<v1::ListObjectTypesResponse> List(const v1::ListObjectTypesRequest& request) const;
  absl::StatusOr<v1::ObjectType> Update(const v1::UpdateObjectTypeRequest& request) const;
  absl::StatusOr<google::protobuf::Empty> Delete(const v1::DeleteObjectTypeRequest& request) const;

 private:
  const HandlerEnvironment& environment_;
};

}  // namespace syncline::api
