#pragma once

#include "absl/status/statusor.h"
#include "api/handler_environment.h"
#include "syncline/v1/mapping_service.pb.h"

namespace syncline::api {

// The methods of MappingService, free of gRPC. Errors as the contract names them.
class MappingHandler {
 public:
  explicit MappingHandler(const HandlerEnvironment& environment) : environment_(environment) {}

  absl::StatusOr<v1::Mapping> Get(const v1::GetMappingRequest& request) const;
  absl::StatusOr<v1::Mapping> Update(const v1::UpdateMappingRequest& request) const;

 private:
  const HandlerEnvironment& environment_;
};

}  // namespace syncline::api
