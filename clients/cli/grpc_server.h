#pragma once

#include <grpcpp/channel.h>

#include <chrono>
#include <memory>
#include <string>

#include "base/clock.h"
#include "cli/server.h"

namespace syncline::cli {

// A server reached over gRPC. The connection is made with the first call.
class GrpcServer final : public Server {
 public:
  static constexpr int answer_bytes_max = 128 * 1024 * 1024;
  // `address` as ParseServerAddress returns it; `timeout` bounds each call that is not a stream.
  GrpcServer(std::string address, std::chrono::milliseconds timeout, const base::Clock& clock);
  absl::StatusOr<MessagePointer> Call(const google::protobuf::MethodDescriptor& method,
                                      const google::protobuf::Message& request) override;
  std::unique_ptr<AnswerStream> Open(const google::protobuf::MethodDescriptor& method,
                                     const google::protobuf::Message& request) override;

 private:
  const std::string address_;
  const std::chrono::milliseconds timeout_;
  const base::Clock& clock_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace syncline::cli
