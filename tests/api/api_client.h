#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "api/secret_fields.h"
#include "api/status_details.h"

namespace syncline::api {

// Calls methods by name, so that tests compile without the generated services. Every answer is
// searched for secrets (I5).
class ApiClient {
 public:
  explicit ApiClient(std::shared_ptr<grpc::Channel> channel) : channel_(std::move(channel)) {}

  // `method`: "WorkspaceService/GetWorkspace".
  template <typename Response, typename Request>
  absl::StatusOr<Response> Call(const std::string& method, const Request& request) const {
    grpc::TemplatedGenericStub<Request, Response> stub(channel_);
    grpc::ClientContext context;
    Response response;
    std::promise<grpc::Status> done;
    stub.UnaryCall(&context, "/syncline.v1." + method, grpc::StubOptions(), &request, &response,
                   [&](const grpc::Status& status) { done.set_value(status); });
    const grpc::Status status = done.get_future().get();
    if (!status.ok()) return FromGrpcStatus(status);
    Response copy = response;
    EXPECT_TRUE(TakeSecretsOut(&copy).empty()) << method << " returned a secret";
    return response;
  }

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

 private:
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace syncline::api
