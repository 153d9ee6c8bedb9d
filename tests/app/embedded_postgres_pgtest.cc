#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "app/embedded_postgres.h"
#include "base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "store/connection.h"

namespace syncline::app {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class EmbeddedPostgresTest : public testing::Test {
 protected:
  EmbeddedPostgresTest() {
    std::string pattern = "/tmp/syncline-embedded-XXXXXX";
    home_ = mkdtemp(pattern.data());
    chmod(home_.c_str(), 0755);
  }
  ~EmbeddedPostgresTest() override { fs::remove_all(home_); }

  std::unique_ptr<EmbeddedPostgres> Make(const std::string& folder = "data") {
    return std::make_unique<EmbeddedPostgres>(
        EmbeddedPostgres::Options{.data_directory = home_ / folder}, clock_, *logger_);
  }
  static std::string Ask(const EmbeddedPostgres& postgres, std::string_view sql) {
    auto connection = store::Connection::Open(postgres.url(), {});
    if (!connection.ok()) return base::MessageOf(connection.status());
    const auto result = (*connection)->Execute(sql);
    if (!result.ok()) return base::MessageOf(result.status());
    return result->empty() ? "" : std::string(result->Text(0, 0));
  }
  pid_t Postmaster(const std::string& folder = "data") {
    const auto file = ReadPostmasterFile(fs::canonical(home_) / folder / "postgres");
    return file ? file->process_id : 0;
  }
  // Starts the cluster in a process that ends without a word, as after kill -9.
  void StartAndVanish() {
    const pid_t child = fork();
    if (child == 0) {
      auto postgres = Make();
      _exit(postgres->Start().ok() ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_EQ(status, 0);
  }

  fs::path home_;
  base::SystemClock clock_;
  std::unique_ptr<base::Logger> logger_ = base::MakeNullLogger();
};

TEST_F(EmbeddedPostgresTest, KeepsItsDataAndStartsAgainWithinASecond) {
  {
    auto postgres = Make();
    ASSERT_TRUE(postgres->Start().ok());
    EXPECT_TRUE(postgres->fresh());
    EXPECT_EQ(Ask(*postgres, "SHOW listen_addresses"), "");
    EXPECT_EQ(Ask(*postgres, "SHOW fsync"), "on");
    EXPECT_EQ(Ask(*postgres, "CREATE TABLE t AS SELECT 'kept'::text AS v"), "");
    postgres->Stop();
    EXPECT_EQ(Postmaster(), 0);
  }
  auto postgres = Make();
  const base::SteadyTime begin = clock_.SteadyNow();
  ASSERT_TRUE(postgres->Start().ok());
  EXPECT_LT(clock_.SteadyNow() - begin, std::chrono::seconds(1));
  EXPECT_FALSE(postgres->fresh());
  EXPECT_EQ(Ask(*postgres, "SELECT v FROM t"), "kept");
}

TEST_F(EmbeddedPostgresTest, AdoptsTheServerOfAKilledProcess) {
  StartAndVanish();
  const pid_t left_over = Postmaster();
  ASSERT_GT(left_over, 0);
  auto postgres = Make();
  ASSERT_TRUE(postgres->Start().ok());
  EXPECT_EQ(Postmaster(), left_over);
  EXPECT_EQ(Ask(*postgres, "SELECT 'alive'::text"), "alive");
  postgres->Stop();
  EXPECT_FALSE(IsPostmasterOf(left_over, fs::canonical(home_) / "data" / "postgres"))
      << "the adopted server must end with its new owner";
}

TEST_F(EmbeddedPostgresTest, StartsAfterTheServerWasKilledToo) {
  StartAndVanish();
  kill(Postmaster(), SIGKILL);
  auto postgres = Make();
  // Children of the killed server may hold its shared memory for a moment longer.
  absl::Status status = postgres->Start();
  for (int i = 0; i < 50 && !status.ok(); ++i) {
    clock_.WaitFor(std::chrono::milliseconds(100), {});
    postgres = Make();
    status = postgres->Start();
  }
  ASSERT_TRUE(status.ok()) << base::MessageOf(status);
  EXPECT_EQ(Ask(*postgres, "SELECT 'alive'::text"), "alive");
}

TEST_F(EmbeddedPostgresTest, AStalePidFileOfAnotherProgramIsNotInTheWay) {
  {
    auto postgres = Make();
    ASSERT_TRUE(postgres->Start().ok());
  }
  const fs::path cluster = home_ / "data" / "postgres";
  std::ofstream(cluster / "postmaster.pid") << getpid() << "\n"
                                            << cluster.string() << "\n1\n5432\n";
  auto postgres = Make();
  const absl::Status status = postgres->Start();
  ASSERT_TRUE(status.ok()) << base::MessageOf(status);
}

TEST_F(EmbeddedPostgresTest, RestartsAServerThatDies) {
  auto postgres = Make();
  ASSERT_TRUE(postgres->Start().ok());
  const pid_t first = Postmaster();
  kill(first, SIGKILL);
  std::string answer;
  for (int i = 0; i < 200 && answer != "alive"; ++i) {
    clock_.WaitFor(std::chrono::milliseconds(50), {});
    answer = Ask(*postgres, "SELECT 'alive'::text");
  }
  EXPECT_EQ(answer, "alive");
  EXPECT_NE(Postmaster(), first);
}

TEST_F(EmbeddedPostgresTest, TwoCannotShareADataDirectory) {
  auto first = Make();
  ASSERT_TRUE(first->Start().ok());
  const absl::Status status = Make()->Start();
  EXPECT_EQ(base::ReasonOf(status), base::Reason::kConfigurationInvalid);
  EXPECT_THAT(base::MessageOf(status), HasSubstr("in use by another synclined"));
}

TEST_F(EmbeddedPostgresTest, LongPathsGetAShortSocketFolder) {
  const std::string folder(100, 'x');
  auto postgres = Make(folder);
  ASSERT_TRUE(postgres->Start().ok());
  EXPECT_THAT(postgres->url(), HasSubstr("host='/tmp/syncline-"));
  EXPECT_EQ(Ask(*postgres, "SELECT 'alive'::text"), "alive");
}

TEST_F(EmbeddedPostgresTest, AFolderThatItsUserCannotEnterIsNamed) {
  if (geteuid() != 0) GTEST_SKIP() << "only root drops to another user";
  chmod(home_.c_str(), 0700);
  const absl::Status status = Make()->Start();
  EXPECT_EQ(base::ReasonOf(status), base::Reason::kConfigurationInvalid);
  EXPECT_THAT(base::MessageOf(status), HasSubstr(home_.string()));
  EXPECT_THAT(base::MessageOf(status), HasSubstr("chmod o+x"));
}

TEST_F(EmbeddedPostgresTest, MissingBinariesAreNamed) {
  EmbeddedPostgres postgres({.data_directory = home_ / "data", .binary_directory = "/nowhere"},
                            clock_, *logger_);
  EXPECT_THAT(base::MessageOf(postgres.Start()), HasSubstr("--postgres-bin-dir"));
}

}  // namespace
}  // namespace syncline::app
