#include "api/unary_call.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <future>

#include "api/server.h"
#include "base/status.h"
#include "syncline/v1/workspace_service.grpc.pb.h"
#include "tests/api/api_client.h"
#include "tests/support/fake_clock.h"

namespace syncline::api {
namespace {

using base::Reason;

// GetWorkspace, whose handler may wait for others, counts how often it ran and answers with the
// name it was asked for. ListWorkspaces does not wait.
class CountingService final : public v1::WorkspaceService::CallbackService {
 public:
  explicit CountingService(const CallEnvironment& calls) : calls_(calls) {}

  grpc::ServerUnaryReactor* GetWorkspace(grpc::CallbackServerContext* context,
                                         const v1::GetWorkspaceRequest* request,
                                         v1::Workspace* response) override {
    return UnaryCall(calls_, context, "GetWorkspace", request, response,
                     [this](const v1::GetWorkspaceRequest& r,
                            const CallScope& scope) -> absl::StatusOr<v1::Workspace> {
                       ++count_;
                       deadline_ = scope.deadline;
                       if (r.name().empty()) return base::Error(Reason::kInternal, "secret detail");
                       v1::Workspace workspace;
                       workspace.set_name(r.name());
                       return workspace;
                     });
  }
  grpc::ServerUnaryReactor* ListWorkspaces(grpc::CallbackServerContext* context,
                                           const v1::ListWorkspacesRequest* request,
                                           v1::ListWorkspacesResponse* response) override {
    return UnaryCall(
        calls_, context, "ListWorkspaces", request, response, [](const v1::ListWorkspacesRequest&) {
          return absl::StatusOr<v1::ListWorkspacesResponse>(v1::ListWorkspacesResponse());
        });
  }
  int count() const { return count_; }
  base::SteadyTime deadline() const { return deadline_; }

 private:
  const CallEnvironment& calls_;
  std::atomic<int> count_ = 0;
  std::atomic<base::SteadyTime> deadline_{};
};

class UnaryCallTest : public ::testing::Test {
 protected:
  UnaryCallTest() {
    services_.push_back(std::make_unique<CountingService>(calls_));
    auto server = Server::Make({.listen_address = "127.0.0.1:0"}, services_);
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    client_ = std::make_unique<ApiClient>(grpc::CreateChannel(
        "127.0.0.1:" + std::to_string(server_->port()), grpc::InsecureChannelCredentials()));
  }
  // The one worker is busy from now on until the promise is kept.
  static void OccupyWorker(base::WorkerPool& workers, std::promise<void>& release) {
    std::promise<void> occupied;
    ASSERT_TRUE(workers
                    .Submit([&](const std::stop_token&) {
                      occupied.set_value();
                      release.get_future().wait();
                    })
                    .ok());
    occupied.get_future().wait();
  }
  absl::StatusOr<v1::Workspace> Get(const std::string& name) {
    v1::GetWorkspaceRequest request;
    request.set_name(name);
    return client_->Call<v1::Workspace>("WorkspaceService/GetWorkspace", request);
  }
  CountingService& service() { return static_cast<CountingService&>(*services_[0]); }
  int handled() { return service().count(); }

  test::FakeClock clock_;
  const std::unique_ptr<base::Logger> logger_ = base::MakeNullLogger();
  base::WorkerPool workers_{1, 1};
  base::WorkerPool waiting_workers_{1, 1};
  const CallEnvironment calls_{workers_, waiting_workers_, *logger_, clock_};
  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<ApiClient> client_;
};

TEST_F(UnaryCallTest, TheHandlersAnswerReachesTheCaller) {
  const auto answer = Get("workspaces/a");
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->name(), "workspaces/a");
  EXPECT_EQ(service().deadline(), clock_.SteadyNow() + kDeadlineMax) << "the client set none";
  const absl::Status fault = Get("").status();
  EXPECT_EQ(base::ReasonOf(fault), Reason::kInternal);
  EXPECT_EQ(base::MessageOf(fault).find("secret"), std::string::npos);
}

TEST_F(UnaryCallTest, AFullPoolRefusesAndALateCallIsNotBegun) {
  std::promise<void> release;
  OccupyWorker(waiting_workers_, release);
  // One of the two finds the queue empty and waits in it, the other finds it full.
  std::future<absl::Status> calls[2];
  for (auto& call : calls) {
    call = std::async(std::launch::async, [this] { return Get("workspaces/a").status(); });
  }
  while (calls[0].wait_for(std::chrono::milliseconds(1)) != std::future_status::ready &&
         calls[1].wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
  }
  const bool first = calls[0].wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  const absl::Status refused = calls[first ? 0 : 1].get();
  EXPECT_EQ(base::ReasonOf(refused), Reason::kQuotaExceeded);
  EXPECT_TRUE(base::RetryAfterOf(refused).has_value());

  clock_.Advance(kDeadlineMax + std::chrono::seconds(1));
  release.set_value();
  EXPECT_EQ(base::ReasonOf(calls[first ? 1 : 0].get()), Reason::kDeadlineExceeded);
  EXPECT_EQ(handled(), 0);
}

TEST_F(UnaryCallTest, CallsThatWaitForOthersKeepNobodyElseWaiting) {
  const auto list = [this] {
    return client_
        ->Call<v1::ListWorkspacesResponse>("WorkspaceService/ListWorkspaces",
                                           v1::ListWorkspacesRequest())
        .status();
  };
  {
    std::promise<void> release;
    OccupyWorker(waiting_workers_, release);
    EXPECT_TRUE(list().ok());
    release.set_value();
  }
  std::promise<void> release;
  OccupyWorker(workers_, release);
  EXPECT_TRUE(Get("workspaces/a").ok()) << "nor the other way round";
  release.set_value();
}

}  // namespace
}  // namespace syncline::api
