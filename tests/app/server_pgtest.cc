#include <signal.h>
#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <mutex>
#include <string>

#include "app/server.h"
#include "base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/api/health_probe.h"

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
  bool Becomes(const std::string& address, api::Health wanted) {
    const base::SteadyTime deadline = clock_.SteadyNow() + std::chrono::seconds(30);
    while (clock_.SteadyNow() < deadline) {
      if (api::ProbeHealth(address, clock_) == wanted) return true;
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
  EXPECT_TRUE(Becomes(tcp, api::Health::kServing)) << listen;
  EXPECT_TRUE(Becomes(config_.listen[1], api::Health::kServing)) << listen;

  const pid_t postgres = std::stoi(logger_.Field("postgres.ready", "process_id"));
  kill(postgres, SIGKILL);
  EXPECT_TRUE(Becomes(tcp, api::Health::kNotServing)) << "a dead database must show";
  EXPECT_TRUE(Becomes(tcp, api::Health::kServing)) << "and so must its return";
  server->Stop();
  EXPECT_EQ(api::ProbeHealth(tcp, clock_), api::Health::kNoAnswer);
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
