#include "api/server.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <future>

#include "base/status.h"
#include "syncline/v1/workspace_service.grpc.pb.h"

namespace syncline::api {
namespace {

struct AddressCase {
  const char* address;
  bool allowed;
};

TEST(ListenAddressTest, OnlyTheLoopbackAndUnixSockets) {
  constexpr AddressCase kCases[] = {
      {"127.0.0.1:7601", true},
      {"127.8.9.10:0", true},
      {"[::1]:7601", true},
      {"localhost:7601", true},
      {"unix:/run/syncline.sock", true},
      {"unix:", false},
      {"0.0.0.0:7601", false},
      {"[::]:7601", false},
      {"10.0.0.1:7601", false},
      {"127.1:7601", false},
      {"127.0.0.1", false},
      {"127.0.0.1:", false},
      {"127.0.0.1:70000", false},
      {"127.0.0.1.evil.example:1", false},
      {"2130706433:1", false},
      {"example.com:7601", false},
      {"", false},
      {"dns:///127.0.0.1:1", false},
  };
  for (const AddressCase& c : kCases) {
    const absl::Status status = CheckListenAddress(c.address);
    EXPECT_EQ(status.ok(), c.allowed) << c.address;
    if (!c.allowed) {
      EXPECT_NE(base::MessageOf(status).find("not authenticated"), std::string::npos) << c.address;
    }
  }
}

// A server has at least one service; this one answers nothing.
std::vector<std::unique_ptr<grpc::Service>> SomeService() {
  std::vector<std::unique_ptr<grpc::Service>> services;
  services.push_back(std::make_unique<v1::WorkspaceService::CallbackService>());
  return services;
}

// The bytes of the answer, or nullopt for a method that the server does not have.
std::optional<std::string> CallRaw(int port, const std::string& method) {
  grpc::GenericStub stub(
      grpc::CreateChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  grpc::ByteBuffer response;
  std::promise<grpc::Status> done;
  const grpc::Slice empty;
  const grpc::ByteBuffer nothing(&empty, 1);
  stub.UnaryCall(&context, method, grpc::StubOptions(), &nothing, &response,
                 [&](const grpc::Status& status) { done.set_value(status); });
  const grpc::Status status = done.get_future().get();
  if (!status.ok()) return std::nullopt;
  grpc::Slice slice;
  EXPECT_TRUE(response.DumpToSingleSlice(&slice).ok());
  return std::string(reinterpret_cast<const char*>(slice.begin()), slice.size());
}

TEST(ServerTest, HealthFollowsSetServing) {
  const auto services = SomeService();
  auto server = Server::Make({.listen_address = "127.0.0.1:0"}, services);
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string check = "/grpc.health.v1.Health/Check";
  // HealthCheckResponse{status}: field 1, SERVING = 1, NOT_SERVING = 2.
  EXPECT_EQ(CallRaw((*server)->port(), check), "\x08\x02");
  (*server)->SetServing(true);
  EXPECT_EQ(CallRaw((*server)->port(), check), "\x08\x01");
}

TEST(ServerTest, ATakenPortAndAForeignAddressAreErrorsWithTheAddress) {
  const auto services = SomeService();
  auto first = Server::Make({.listen_address = "127.0.0.1:0"}, services);
  ASSERT_TRUE(first.ok());
  const std::string address = "127.0.0.1:" + std::to_string((*first)->port());
  const auto second = Server::Make({.listen_address = address}, services);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(base::ReasonOf(second.status()), base::Reason::kConfigurationInvalid);
  EXPECT_EQ(base::MetadataOf(second.status()).at("address"), address);
  EXPECT_FALSE(Server::Make({.listen_address = "0.0.0.0:0"}, services).ok());
}

// Reflection is a bidirectional stream: a server that has it does not answer UNIMPLEMENTED.
grpc::StatusCode ReflectionAnswer(bool wanted) {
  const auto services = SomeService();
  auto server = Server::Make({.listen_address = "127.0.0.1:0", .reflection = wanted}, services);
  EXPECT_TRUE(server.ok());
  grpc::GenericStub stub(grpc::CreateChannel("127.0.0.1:" + std::to_string((*server)->port()),
                                             grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  const grpc::Slice empty;
  const grpc::ByteBuffer nothing(&empty, 1);
  grpc::ByteBuffer response;
  std::promise<grpc::Status> done;
  stub.UnaryCall(&context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                 grpc::StubOptions(), &nothing, &response,
                 [&](const grpc::Status& status) { done.set_value(status); });
  return done.get_future().get().error_code();
}

TEST(ServerTest, ReflectionOnlyWhereItIsAskedFor) {
  EXPECT_EQ(ReflectionAnswer(false), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_NE(ReflectionAnswer(true), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(ReflectionAnswer(false), grpc::StatusCode::UNIMPLEMENTED);
}

}  // namespace
}  // namespace syncline::api
