#include <gmock/gmock.h>

#include <latch>
#include <thread>

#include "base/status.h"
#include "store/database.h"
#include "tests/support/test_database.h"

namespace syncline::store {
namespace {

using base::Reason;

class DatabaseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!test::TestDatabase::Available()) GTEST_SKIP() << test::TestDatabase::kUnavailable;
    server_.emplace();
    server_->Query("CREATE TABLE t (k bigint PRIMARY KEY, v bigint NOT NULL DEFAULT 0)");
    Make({.url = server_->url()});
  }
  void Make(Database::Options options) { database_.emplace(std::move(options), clock_, random_); }

  base::SystemClock clock_;
  base::SeededRandom random_{1};
  std::optional<test::TestDatabase> server_;
  std::optional<Database> database_;
};

TEST_F(DatabaseTest, CommitsWorkAndRollsBackErrors) {
  EXPECT_TRUE(database_
                  ->RunTransaction([](Transaction& transaction) {
                    return transaction.Execute("INSERT INTO t VALUES (1)").status();
                  })
                  .ok());
  const absl::Status failed = database_->RunTransaction([](Transaction& transaction) {
    SYNCLINE_RETURN_IF_ERROR(transaction.Execute("INSERT INTO t VALUES (2)").status());
    return base::Error(Reason::kInvalidArgument, "no");
  });
  EXPECT_EQ(base::ReasonOf(failed), Reason::kInvalidArgument);
  EXPECT_EQ(server_->Query("SELECT string_agg(k::text, ',') FROM t"), "1");
}

TEST_F(DatabaseTest, SwallowedErrorIsNotACommit) {
  const absl::Status status = database_->RunTransaction([](Transaction& transaction) {
    transaction.Execute("INSERT INTO t VALUES (1)").status().IgnoreError();
    transaction.Execute("SELECT 1/0").status().IgnoreError();
    return absl::OkStatus();
  });
  EXPECT_EQ(base::ReasonOf(status), Reason::kInternal);
  EXPECT_EQ(server_->Query("SELECT count(*) FROM t"), "0");
}

TEST_F(DatabaseTest, DeadlockIsRepeatedUntilItPasses) {
  server_->Query("INSERT INTO t VALUES (1), (2)");
  std::latch both(2);
  std::atomic<int> attempts = 0;
  auto update = [&](int first, int second) {
    bool waited = false;
    const absl::Status status = database_->RunTransaction([&](Transaction& transaction) {
      ++attempts;
      constexpr std::string_view kSql = "UPDATE t SET v = v + 1 WHERE k = $1";
      SYNCLINE_RETURN_IF_ERROR(transaction.Execute(kSql, Parameters().Int64(first)).status());
      if (!std::exchange(waited, true)) both.arrive_and_wait();
      return transaction.Execute(kSql, Parameters().Int64(second)).status();
    });
    EXPECT_TRUE(status.ok()) << status;
  };
  {
    const std::jthread one(update, 1, 2);
    const std::jthread two(update, 2, 1);
  }
  EXPECT_EQ(attempts, 3);
  EXPECT_EQ(server_->Query("SELECT sum(v) FROM t"), "4");
}

TEST_F(DatabaseTest, AttemptsAreBounded) {
  Make({.url = server_->url(), .attempt_count_max = 3});
  int attempts = 0;
  const absl::Status status = database_->RunTransaction([&](Transaction&) {
    ++attempts;
    return base::Error(Reason::kDatabaseConflict, "always");
  });
  EXPECT_EQ(base::ReasonOf(status), Reason::kDatabaseConflict);
  EXPECT_EQ(attempts, 3);
}

TEST_F(DatabaseTest, PoolIsBoundedAndWaitsForAFreeConnection) {
  Make({.url = server_->url(),
        .connection_count_max = 1,
        .wait_timeout = std::chrono::milliseconds(50)});
  const absl::Status status = database_->RunTransaction([&](Transaction&) {
    return database_->Execute("SELECT 1").status();  // a second one while the only one is taken
  });
  EXPECT_EQ(base::ReasonOf(status), Reason::kDatabaseUnavailable);
  EXPECT_TRUE(database_->Execute("SELECT 1").ok()) << "it came back";
}

TEST_F(DatabaseTest, ManyThreadsShareFewConnections) {
  Make({.url = server_->url(), .connection_count_max = 3});
  server_->Query("INSERT INTO t VALUES (1)");
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < 20; ++j) {
          EXPECT_TRUE(database_->Execute("UPDATE t SET v = v + 1 WHERE k = 1").ok());
        }
      });
    }
  }
  EXPECT_EQ(server_->Query("SELECT v FROM t"), "160");
}

TEST_F(DatabaseTest, IdleConnectionsThatTheServerEndedAreReplaced) {
  ASSERT_TRUE(database_->Execute("SELECT 1").ok());
  server_->Query(
      "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
      " WHERE application_name = 'synclined'");
  EXPECT_TRUE(database_->Execute("SELECT 1").ok());
}

TEST_F(DatabaseTest, CommitWithoutAnswerIsSaidToBeUnknown) {
  const absl::Status status = database_->RunTransaction([&](Transaction& transaction) {
    SYNCLINE_ASSIGN_OR_RETURN(const Result pid, transaction.Execute("SELECT pg_backend_pid()"));
    server_->Query("SELECT pg_terminate_backend(" + std::to_string(pid.Int64(0, 0)) + ", 5000)");
    return absl::OkStatus();
  });
  EXPECT_EQ(base::ReasonOf(status), Reason::kDatabaseUnavailable);
  EXPECT_EQ(base::MetadataOf(status)["commit"], "unknown");
  EXPECT_TRUE(base::RetryAfterOf(status).has_value());
}

}  // namespace
}  // namespace syncline::store
