#pragma once

#include "absl/status/statusor.h"
#include "api/handler_environment.h"
#include "syncline/v1/incremental_state_service.pb.h"

namespace syncline::api {

// The methods of IncrementalStateService, free of gRPC. Errors as the contract names them.
class IncrementalStateHandler {
 public:
  explicit IncrementalStateHandler(const HandlerEnvironment& environment)
      : environment_(environment) {}

  absl::StatusOr<v1::IncrementalState> Get(const v1::GetIncrementalStateRequest& request) const;
  absl::StatusOr<v1::ListIncrementalStatesResponse> List(
      const v1::ListIncrementalStatesRequest& request) const;
  absl::StatusOr<v1::IncrementalState> Set(const v1::SetIncrementalStateRequest& request) const;
  absl::StatusOr<v1::ResetIncrementalStatesResponse> Reset(
      const v1::ResetIncrementalStatesRequest& request) const;

 private:
  const HandlerEnvironment& environment_;
};

}  // namespace syncline::api
