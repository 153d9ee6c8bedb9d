#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <signal.h>
#include <sys/stat.h>

#include <filesystem>
#include <future>
#include <map>
#include <mutex>
#include <string>

#include "app/server.h"
#include "base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace syncline::app {
namespace {

namespace fs = std::filesystem;

// Keeps the fields of the newest line of each event.
class RecordingLogger final : public base::Logger {
 public:
  void Write(base::LogLevel, std::string_view event,
             std::initializer_list<base::LogField> fields) override {
    const std::lock_guard lock(mutex_);
    auto& line = lines_[std::string(event)];
    for (const base::LogField& field : fields) line[field.key] = field.value;
  }
  std::string Field(const std::string& event, const std::string& key) {
    const std::lock_guard lock(mutex_);
    return lines_[event][key];
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::map<std::string, std::string>> lines_;
};

// grpc.health.v1.HealthCheckResponse: field 1, SERVING = 1, NOT_SERVING = 2; 0 = no answer.
int Health(const std::string& address) {
  grpc::GenericStub stub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
  grpc::ByteBuffer answer;
  std::promise<grpc::Status> done;
  const grpc::Slice nothing;
  grpc::ByteBuffer sent(&nothing, 1);
  stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", grpc::StubOptions(), &sent, &answer,
                 [&](const grpc::Status& status) { done.set_value(status); });
  grpc::Slice bytes;
  if (!done.get_future().get().ok() || !answer.DumpToSingleSlice(&bytes).ok() || bytes.size() != 2)
    return 0;
  return bytes.begin()[1];
}

class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    std::string pattern = "/tmp/syncline-server-XXXXXX";
    home_ = mkdtemp(pattern.data());
    chmod(home_.c_str(), 0755);
    config_.data_directory = home_ / "data";
    config_.keyring_file = home_ / "data" / "keyring";
    config_.listen = {"127.0.0.1:0", "unix:" + (home_ / "s").string()};
  }
  ~ServerTest() override { fs::remove_all(home_); }

  std::unique_ptr<Server> Make() {
    return std::make_unique<Server>(config_, clock_, random_, logger_, [] {});
  }
  bool BecomesHealthy(const std::string& address, int wanted) {
    const base::SteadyTime deadline = clock_.SteadyNow() + std::chrono::seconds(30);
    while (clock_.SteadyNow() < deadline) {
      if (Health(address) == wanted) return true;
      clock_.WaitFor(std::chrono::milliseconds(50), {});
    }
    return false;
  }

  Config config_;
  base::SystemClock clock_;
  base::SeededRandom random_{base::SystemSeed()};
  RecordingLogger logger_;
  fs::path home_;
};

TEST_F(ServerTest, ServesOnEveryAddressAndHealthFollowsTheDatabase) {
  auto server = Make();
  const absl::Status started = server->Start();
  ASSERT_TRUE(started.ok()) << base::MessageOf(started);
  const std::string listen = logger_.Field("server.ready", "listen");
  const std::string tcp = listen.substr(0, listen.find(','));
  EXPECT_TRUE(BecomesHealthy(tcp, 1)) << listen;
  EXPECT_TRUE(BecomesHealthy(config_.listen[1], 1)) << listen;

  const pid_t postgres = std::stoi(logger_.Field("postgres.ready", "process_id"));
  kill(postgres, SIGKILL);
  EXPECT_TRUE(BecomesHealthy(tcp, 2)) << "a dead database must show";
  EXPECT_TRUE(BecomesHealthy(tcp, 1)) << "and so must its return";
  server->Stop();
  EXPECT_EQ(Health(tcp), 0);
}

TEST_F(ServerTest, ASecondOneOnTheSameDataIsRefused) {
  auto first = Make();
  ASSERT_TRUE(first->Start().ok());
  auto second = Make();
  const absl::Status status = second->Start();
  EXPECT_EQ(base::ReasonOf(status), base::Reason::kConfigurationInvalid);
  second->Stop();
}

TEST_F(ServerTest, StopIsSafeBeforeStartAndTwice) {
  auto server = Make();
  server->Stop();
  ASSERT_TRUE(server->Start().ok());
  server->Stop();
  server->Stop();
}

TEST_F(ServerTest, RolesCanBeApart) {
  config_.api = config_.scheduler = false;
  auto server = Make();
  ASSERT_TRUE(server->Start().ok());
  EXPECT_EQ(logger_.Field("server.ready", "listen"), "nothing");
}

}  // namespace
}  // namespace syncline::app
