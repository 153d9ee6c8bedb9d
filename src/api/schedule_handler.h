#pragma once

#include <google/protobuf/empty.pb.h>

#include "absl/status/statusor.h"
#include "api/handler_environment.h"
#include "syncline/v1/schedule_service.pb.h"

namespace syncline::api {

// The methods of ScheduleService, free of gRPC. Ticks are computed from the database's clock, the
// only one that schedules know. Errors as the contract names them.
class ScheduleHandler {
 public:
  static constexpr int kSchedulesMax = 20;  // of one integration
  static constexpr int kPreviewDefault = 5;
  static constexpr int kPreviewMax = 100;

  explicit ScheduleHandler(const HandlerEnvironment& environment) : environment_(environment) {}

  absl::StatusOr<v1::Schedule> Create(const v1::CreateScheduleRequest& request) const;
  absl::StatusOr<v1::Schedule> Get(const v1::GetScheduleRequest& request) const;
  absl::StatusOr<v1::ListSchedulesResponse> List(const v1::ListSchedulesRequest& request) const;
  absl::StatusOr<v1::Schedule> Update(const v1::UpdateScheduleRequest& request) const;
  absl::StatusOr<google::protobuf::Empty> Delete(const v1::DeleteScheduleRequest& request) const;
  absl::StatusOr<v1::Schedule> Pause(const v1::PauseScheduleRequest& request) const;
  absl::StatusOr<v1::Schedule> Resume(const v1::ResumeScheduleRequest& request) const;
  absl::StatusOr<v1::PreviewScheduleResponse> Preview(
      const v1::PreviewScheduleRequest& request) const;

 private:
  absl::StatusOr<v1::Schedule> SetPaused(std::string_view method, const std::string& name,
                                         const google::protobuf::Message& request,
                                         bool paused) const;

  const HandlerEnvironment& environment_;
};

}  // namespace syncline::api
