#pragma once

#include <google/protobuf/empty.pb.h>

#include "absl/status/statusor.h"
#include "api/handler_environment.h"
#include "syncline/v1/integration_service.pb.h"

namespace syncline::api {

// The methods of IntegrationService, free of gRPC. Errors as the contract names them.
class IntegrationHandler {
 public:
  explicit IntegrationHandler(const HandlerEnvironment& environment) : environment_(environment) {}

  absl::StatusOr<v1::Integration> Create(const v1::CreateIntegrationRequest& request) const;
  absl::StatusOr<v1::Integration> Get(const v1::GetIntegrationRequest& request) const;
  absl::StatusOr<v1::ListIntegrationsResponse> List(
      const v1::ListIntegrationsRequest& request) const;
  absl::StatusOr<v1::Integration> Update(const v1::UpdateIntegrationRequest& request) const;
  absl::StatusOr<google::protobuf::Empty> Delete(const v1::DeleteIntegrationRequest& request) const;

 private:
  const HandlerEnvironment& environment_;
};

}  // namespace syncline::api
