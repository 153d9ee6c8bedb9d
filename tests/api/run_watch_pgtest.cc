#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "api/status_details.h"
#include "syncline/v1/run_service.grpc.pb.h"
#include "tests/api/run_watch.h"

namespace syncline::api {

struct RunWatch::Call {
  std::unique_ptr<v1::RunService::Stub> stub;
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReader<v1::WatchRunResponse>> reader;
};

RunWatch::RunWatch(const std::string& address, const std::string& run, std::int64_t after)
    : call_(std::make_unique<Call>()) {
  call_->stub =
      v1::RunService::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  v1::WatchRunRequest request;
  request.set_name(run);
  request.set_after_sequence(after);
  call_->reader = call_->stub->WatchRun(&call_->context, request);
}

RunWatch::~RunWatch() { call_->context.TryCancel(); }

v1::WatchRunResponse RunWatch::Next() {
  v1::WatchRunResponse message;
  if (!call_->reader->Read(&message)) message.Clear();
  return message;
}

absl::Status RunWatch::End() { return FromGrpcStatus(call_->reader->Finish()); }

}  // namespace syncline::api
