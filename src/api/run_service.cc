#include "api/run_event_streams.h"
#include "api/run_handler.h"
#include "api/services.h"
#include "api/unary_call.h"
#include "syncline/v1/run_service.grpc.pb.h"

namespace syncline::api {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

// Hands every call to RunHandler on a worker thread.
class RunService final : public v1::RunService::CallbackService {
 public:
  RunService(const CallEnvironment& calls, const HandlerEnvironment& handlers,
             RunEventStreams& streams)
      : calls_(calls), handler_(handlers), streams_(streams) {}

  ServerUnaryReactor* StartRun(CallbackServerContext* context, const v1::StartRunRequest* request,
                               v1::Run* response) override {
    return UnaryCall(calls_, context, "RunService/StartRun", request, response,
                     [this](const auto& r) { return handler_.Start(r); });
  }

  ServerUnaryReactor* GetRun(CallbackServerContext* context, const v1::GetRunRequest* request,
                             v1::Run* response) override {
    return UnaryCall(calls_, context, "RunService/GetRun", request, response,
                     [this](const auto& r) { return handler_.Get(r); });
  }

  ServerUnaryReactor* ListRuns(CallbackServerContext* context, const v1::ListRunsRequest* request,
                               v1::ListRunsResponse* response) override {
    return UnaryCall(calls_, context, "RunService/ListRuns", request, response,
                     [this](const auto& r) { return handler_.List(r); });
  }

  ServerUnaryReactor* CancelRun(CallbackServerContext* context, const v1::CancelRunRequest* request,
                                v1::Run* response) override {
    return UnaryCall(calls_, context, "RunService/CancelRun", request, response,
                     [this](const auto& r) { return handler_.Cancel(r); });
  }

  ServerUnaryReactor* ListRunEvents(CallbackServerContext* context,
                                    const v1::ListRunEventsRequest* request,
                                    v1::ListRunEventsResponse* response) override {
    return UnaryCall(calls_, context, "RunService/ListRunEvents", request, response,
                     [this](const auto& r) { return handler_.ListEvents(r); });
  }

  ServerUnaryReactor* ListRejects(CallbackServerContext* context,
                                  const v1::ListRejectsRequest* request,
                                  v1::ListRejectsResponse* response) override {
    return UnaryCall(calls_, context, "RunService/ListRejects", request, response,
                     [this](const auto& r) { return handler_.ListRejects(r); });
  }

  ServerUnaryReactor* ReplayRejects(CallbackServerContext* context,
                                    const v1::ReplayRejectsRequest* request,
                                    v1::ReplayRejectsResponse* response) override {
    return UnaryCall(
        calls_, context, "RunService/ReplayRejects", request, response,
        [](const v1::ReplayRejectsRequest&) -> absl::StatusOr<v1::ReplayRejectsResponse> {
          return Unimplemented("the replay of rejects (ReplayRejects)");
        });
  }

  ServerUnaryReactor* ListRunExchanges(CallbackServerContext* context,
                                       const v1::ListRunExchangesRequest* request,
                                       v1::ListRunExchangesResponse* response) override {
    return UnaryCall(calls_, context, "RunService/ListRunExchanges", request, response,
                     [this](const auto& r) { return handler_.ListExchanges(r); });
  }

  grpc::ServerWriteReactor<v1::WatchRunResponse>* WatchRun(
      CallbackServerContext* context, const v1::WatchRunRequest* request) override {
    return streams_.Open(context, *request);
  }

 private:
  const CallEnvironment& calls_;
  const RunHandler handler_;
  RunEventStreams& streams_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeRunService(const CallEnvironment& calls,
                                              const HandlerEnvironment& handlers,
                                              RunEventStreams& streams) {
  return std::make_unique<RunService>(calls, handlers, streams);
}

}  // namespace syncline::api
