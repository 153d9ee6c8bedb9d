#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
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
  // "127.0.0.1:8470".
  explicit ApiClient(const std::string& address)
      : ApiClient(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())) {}

  // `method`: "WorkspaceService/GetWorkspace".
  template <typename Response, typename Request>
  absl::StatusOr<Response> Call(const std::string& method, const Request& request) const {
    absl::StatusOr<std::string> bytes = CallBytes(method, request.SerializeAsString());
    if (!bytes.ok()) return bytes.status();
    Response response;
    EXPECT_TRUE(response.ParseFromString(*bytes)) << method;
    Response copy = response;
    EXPECT_TRUE(TakeSecretsOut(&copy).empty()) << method << " returned a secret";
    return response;
  }

  // The same with encoded messages.
  absl::StatusOr<std::string> CallBytes(const std::string& method,
                                        const std::string& request) const {
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    const grpc::Slice slice(request);
    const grpc::ByteBuffer sent(&slice, 1);
    grpc::ByteBuffer received;
    std::promise<grpc::Status> done;
    stub.UnaryCall(&context, "/syncline.v1." + method, grpc::StubOptions(), &sent, &received,
                   [&](const grpc::Status& status) { done.set_value(status); });
    const grpc::Status status = done.get_future().get();
    if (!status.ok()) return FromGrpcStatus(status);
    grpc::Slice answer;
    EXPECT_TRUE(received.DumpToSingleSlice(&answer).ok());
    return std::string(reinterpret_cast<const char*>(answer.begin()), answer.size());
  }

 private:
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace syncline::api
