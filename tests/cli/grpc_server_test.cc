#include "cli/grpc_server.h"

#include <gmock/gmock.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <map>

#include "base/status.h"
#include "cli/resource_client.h"
#include "syncline/v1/run_service.pb.h"
#include "syncline/wire/v1/error_details.pb.h"

namespace syncline::cli {
namespace {

using std::chrono::milliseconds;

grpc::ByteBuffer Bytes(const google::protobuf::Message& message) {
  grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

// What one method answers: these messages, then this status; with `hang` it never ends.
struct Script {
  std::vector<grpc::ByteBuffer> answers;
  grpc::Status status;
  bool hang = false;
};

// Plays a script once the request has arrived.
class ScriptReactor final : public grpc::ServerGenericBidiReactor {
 public:
  explicit ScriptReactor(Script script) : script_(std::move(script)) { StartRead(&request_); }
  void OnReadDone(bool) override { Continue(); }
  void OnWriteDone(bool) override { Continue(); }
  void OnCancel() override {
    if (script_.hang) Finish(grpc::Status::CANCELLED);
  }
  void OnDone() override { delete this; }

 private:
  void Continue() {
    if (next_ < script_.answers.size()) {
      StartWrite(&script_.answers[next_++]);
    } else if (!script_.hang) {
      Finish(script_.status);
    }
  }

  Script script_;
  grpc::ByteBuffer request_;
  std::size_t next_ = 0;
};

class ScriptedService final : public grpc::CallbackGenericService {
 public:
  std::map<std::string, Script> scripts;  // by path
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    return new ScriptReactor(scripts[context->method()]);
  }
};

class GrpcServerTest : public ::testing::Test {
 protected:
  GrpcServerTest() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterCallbackGenericService(&service_);
    server_ = builder.BuildAndStart();
  }
  ~GrpcServerTest() override { server_->Shutdown(); }

  GrpcServer Client(milliseconds timeout = milliseconds(20'000)) const {
    return GrpcServer("127.0.0.1:" + std::to_string(port_), timeout, clock_);
  }

  ScriptedService service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  base::SystemClock clock_;
};

TEST_F(GrpcServerTest, CallsByDescriptor) {
  v1::Run run;
  run.set_name("workspaces/default/integrations/i/runs/7");
  service_.scripts["/syncline.v1.RunService/GetRun"] = {{Bytes(run)}, grpc::Status::OK};
  GrpcServer client = Client();
  const auto answer = GetResource(client, *KindOfMessage("Run"), run.name());
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ((*answer)->SerializeAsString(), run.SerializeAsString());
}

TEST_F(GrpcServerTest, CarriesReasonsAcross) {
  wire::v1::ErrorInfo info;
  info.set_reason("RUN_ACTIVE");
  wire::v1::Status details;
  details.add_details()->set_type_url("type.googleapis.com/google.rpc.ErrorInfo");
  details.mutable_details(0)->set_value(info.SerializeAsString());
  service_.scripts["/syncline.v1.RunService/GetRun"] = {
      {}, grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "busy", details.SerializeAsString())};
  GrpcServer client = Client();
  const auto answer = GetResource(client, *KindOfMessage("Run"), "x");
  EXPECT_EQ(base::ReasonOf(answer.status()), base::Reason::kRunActive);
}

TEST_F(GrpcServerTest, GivesUpAfterTheTimeout) {
  service_.scripts["/syncline.v1.RunService/GetRun"] = {{}, grpc::Status::OK, true};
  GrpcServer client = Client(milliseconds(50));
  const auto answer = GetResource(client, *KindOfMessage("Run"), "x");
  EXPECT_TRUE(absl::IsDeadlineExceeded(answer.status())) << answer.status();
}

TEST_F(GrpcServerTest, StreamsAnswersSilenceAndTheEnd) {
  const auto& method =
      *v1::WatchRunRequest::descriptor()->file()->service(0)->FindMethodByName("WatchRun");
  v1::WatchRunResponse first;
  first.mutable_bookmark()->set_sequence(5);
  Script& script = service_.scripts["/syncline.v1.RunService/WatchRun"];
  script = {{Bytes(first)}, grpc::Status(grpc::StatusCode::UNAVAILABLE, "rotate")};
  GrpcServer client = Client();
  v1::WatchRunResponse answer;
  {
    const auto stream = client.Open(method, v1::WatchRunRequest());
    ASSERT_EQ(stream->Next(milliseconds(20'000), answer), AnswerStream::Outcome::kAnswer);
    EXPECT_EQ(answer.bookmark().sequence(), 5);
    EXPECT_EQ(stream->Next(milliseconds(20'000), answer), AnswerStream::Outcome::kEnd);
    EXPECT_TRUE(absl::IsUnavailable(stream->Finish()));
  }
  script.hang = true;
  const auto silent = client.Open(method, v1::WatchRunRequest());
  ASSERT_EQ(silent->Next(milliseconds(20'000), answer), AnswerStream::Outcome::kAnswer);
  EXPECT_EQ(silent->Next(milliseconds(10), answer), AnswerStream::Outcome::kSilence);
  // Leaving while a read is under way must neither hang nor leak.
}

TEST_F(GrpcServerTest, AnAbsentServerIsUnavailable) {
  server_->Shutdown();
  GrpcServer client = Client();
  EXPECT_TRUE(absl::IsUnavailable(GetResource(client, *KindOfMessage("Run"), "x").status()));
}

}  // namespace
}  // namespace syncline::cli
