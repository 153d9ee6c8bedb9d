#include "api/schedule_handler.h"
#include "api/services.h"
#include "api/unary_call.h"
#include "syncline/v1/schedule_service.grpc.pb.h"

namespace syncline::api {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

// Hands every call to ScheduleHandler on a worker thread.
class ScheduleService final : public v1::ScheduleService::CallbackService {
 public:
  ScheduleService(const CallEnvironment& calls, const HandlerEnvironment& handlers)
      : calls_(calls), handler_(handlers) {}

  ServerUnaryReactor* CreateSchedule(CallbackServerContext* context,
                                     const v1::CreateScheduleRequest* request,
                                     v1::Schedule* response) override {
    return UnaryCall(calls_, context, "ScheduleService/CreateSchedule", request, response,
                     [this](const auto& r) { return handler_.Create(r); });
  }

  ServerUnaryReactor* GetSchedule(CallbackServerContext* context,
                                  const v1::GetScheduleRequest* request,
                                  v1::Schedule* response) override {
    return UnaryCall(calls_, context, "ScheduleService/GetSchedule", request, response,
                     [this](const auto& r) { return handler_.Get(r); });
  }

  ServerUnaryReactor* ListSchedules(CallbackServerContext* context,
                                    const v1::ListSchedulesRequest* request,
                                    v1::ListSchedulesResponse* response) override {
    return UnaryCall(calls_, context, "ScheduleService/ListSchedules", request, response,
                     [this](const auto& r) { return handler_.List(r); });
  }

  ServerUnaryReactor* UpdateSchedule(CallbackServerContext* context,
                                     const v1::UpdateScheduleRequest* request,
                                     v1::Schedule* response) override {
    return UnaryCall(calls_, context, "ScheduleService/UpdateSchedule", request, response,
                     [this](const auto& r) { return handler_.Update(r); });
  }

  ServerUnaryReactor* DeleteSchedule(CallbackServerContext* context,
                                     const v1::DeleteScheduleRequest* request,
                                     google::protobuf::Empty* response) override {
    return UnaryCall(calls_, context, "ScheduleService/DeleteSchedule", request, response,
                     [this](const auto& r) { return handler_.Delete(r); });
  }

  ServerUnaryReactor* PauseSchedule(CallbackServerContext* context,
                                    const v1::PauseScheduleRequest* request,
                                    v1::Schedule* response) override {
    return UnaryCall(calls_, context, "ScheduleService/PauseSchedule", request, response,
                     [this](const auto& r) { return handler_.Pause(r); });
  }

  ServerUnaryReactor* ResumeSchedule(CallbackServerContext* context,
                                     const v1::ResumeScheduleRequest* request,
                                     v1::Schedule* response) override {
    return UnaryCall(calls_, context, "ScheduleService/ResumeSchedule", request, response,
                     [this](const auto& r) { return handler_.Resume(r); });
  }

  ServerUnaryReactor* PreviewSchedule(CallbackServerContext* context,
                                      const v1::PreviewScheduleRequest* request,
                                      v1::PreviewScheduleResponse* response) override {
    return UnaryCall(calls_, context, "ScheduleService/PreviewSchedule", request, response,
                     [this](const auto& r) { return handler_.Preview(r); });
  }

 private:
  const CallEnvironment& calls_;
  const ScheduleHandler handler_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeScheduleService(const CallEnvironment& calls,
                                                   const HandlerEnvironment& handlers) {
  return std::make_unique<ScheduleService>(calls, handlers);
}

}  // namespace syncline::api
