#pragma once

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>

#include <future>
#include <string>

#include "base/clock.h"

namespace syncline::api {

enum class Health { kNoAnswer, kServing, kNotServing };

// Asks the standard health service at `address`. The answer is grpc.health.v1.HealthCheckResponse:
// field 1, SERVING = 1, NOT_SERVING = 2.
inline Health ProbeHealth(const std::string& address, const base::Clock& clock) {
  grpc::GenericStub stub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.set_deadline(clock.Now() + std::chrono::seconds(5));
  const grpc::Slice nothing;
  const grpc::ByteBuffer request(&nothing, 1);
  grpc::ByteBuffer answer;
  std::promise<grpc::Status> done;
  stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", grpc::StubOptions(), &request, &answer,
                 [&](const grpc::Status& status) { done.set_value(status); });
  grpc::Slice bytes;
  if (!done.get_future().get().ok() || !answer.DumpToSingleSlice(&bytes).ok() || bytes.size() != 2)
    return Health::kNoAnswer;
  return bytes.begin()[1] == 1 ? Health::kServing : Health::kNotServing;
}

}  // namespace syncline::api
