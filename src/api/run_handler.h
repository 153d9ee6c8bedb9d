#pragma once

#include "absl/status/statusor.h"
#include "api/handler_environment.h"
#include "api/run_event_stream.h"
#include "model/resource_name.h"
#include "syncline/v1/run_service.pb.h"

namespace syncline::api {

// The methods of RunService, free of gRPC; WatchRun is RunEventStream. Errors as the contract names
// them.
class RunHandler {
 public:
  explicit RunHandler(const HandlerEnvironment& environment) : environment_(environment) {}

  absl::StatusOr<v1::Run> Start(const v1::StartRunRequest& request) const;
  absl::StatusOr<v1::Run> Get(const v1::GetRunRequest& request) const;
  absl::StatusOr<v1::ListRunsResponse> List(const v1::ListRunsRequest& request) const;
  absl::StatusOr<v1::Run> Cancel(const v1::CancelRunRequest& request) const;
  absl::StatusOr<v1::ListRunEventsResponse> ListEvents(
      const v1::ListRunEventsRequest& request) const;
  absl::StatusOr<v1::ListRejectsResponse> ListRejects(const v1::ListRejectsRequest& request) const;
  absl::StatusOr<v1::ListRunExchangesResponse> ListExchanges(
      v1::ListRunExchangesRequest request) const;
  // Bodies of 16 KiB both ways: a page stays under the 4 MiB that clients take.
  static constexpr int kExchangesPerPageMax = 50;

 private:
  const HandlerEnvironment& environment_;
};

// What RunEventStream shows first. NOT_FOUND.
absl::StatusOr<RunView> ReadRunView(const HandlerEnvironment& environment,
                                    const model::RunName& name);

}  // namespace syncline::api
