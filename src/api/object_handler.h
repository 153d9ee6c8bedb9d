#pragma once

#include "absl/status/statusor.h"
#include "api/handler_environment.h"
#include "syncline/v1/object_service.pb.h"

namespace syncline::api {

// The methods of ObjectService, free of gRPC. Errors as the contract names them.
class ObjectHandler {
 public:
  explicit ObjectHandler(const HandlerEnvironment& environment) : environment_(environment) {}

  absl::StatusOr<v1::Object> Get(const v1::GetObjectRequest& request) const;
  absl::StatusOr<v1::ListObjectsResponse> List(const v1::ListObjectsRequest& request) const;

 private:
  const HandlerEnvironment& environment_;
};

}  // namespace syncline::api
