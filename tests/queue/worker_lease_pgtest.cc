#include <gtest/gtest.h>

#include <semaphore>

#include "queue/postgres_run_queue.h"
#include "queue/worker_lease.h"
#include "tests/support/fake_clock.h"
#include "tests/support/run_tables.h"

namespace syncline::queue {
namespace {

using std::chrono::seconds;

class WorkerLeaseTest : public test::MigratedDatabaseTest {
 protected:
  void SetUp() override {
    test::MigratedDatabaseTest::SetUp();
    if (!migrated_.has_value()) return;
    tables_.emplace(*migrated_);
    lease_.emplace(
        WorkerLease::Options{.worker_id = test::kFirstWorker, .host = "here", .process_id = 7},
        database(), clock_, *logger_, [this] { lost_.release(); });
  }
  // Lets the next heartbeat happen and waits until the thread is back at its clock.
  void Beat(seconds after = seconds(5)) {
    clock_.AwaitWaiters(1);
    const auto before = lease_->MayCommitUntil();
    clock_.Advance(after);
    while (lease_->MayCommitUntil() == before) std::this_thread::yield();
  }
  std::string Rows() { return migrated_->Query("SELECT count(*) FROM syncline.worker"); }

  test::FakeClock clock_;
  std::unique_ptr<base::Logger> logger_ = base::MakeNullLogger();
  std::binary_semaphore lost_{0};
  std::optional<test::RunTables> tables_;
  std::optional<WorkerLease> lease_;
};

TEST_F(WorkerLeaseTest, TrustIsCountedFromTheStartOfTheLastGoodBeat) {
  ASSERT_TRUE(lease_->Start().ok());
  EXPECT_EQ(lease_->MayCommitUntil(), base::SteadyTime(seconds(15)));
  Beat();
  EXPECT_EQ(lease_->MayCommitUntil(), base::SteadyTime(seconds(20)));
  EXPECT_EQ(Rows(), "1");
  lease_->Stop();
  EXPECT_EQ(Rows(), "0");
  EXPECT_LT(lease_->MayCommitUntil(), clock_.SteadyNow());
}

TEST_F(WorkerLeaseTest, AnExpiredRowIsNeverRenewed) {
  ASSERT_TRUE(lease_->Start().ok());
  tables_->KillWorker(test::kFirstWorker);
  clock_.AwaitWaiters(1);
  clock_.Advance(seconds(5));
  lost_.acquire();
  EXPECT_LT(lease_->MayCommitUntil(), clock_.SteadyNow());
  EXPECT_EQ(migrated_->Query("SELECT expire_time < clock_timestamp() FROM syncline.worker"), "t");
}

TEST_F(WorkerLeaseTest, ALostSessionIsOpenedAgain) {
  ASSERT_TRUE(lease_->Start().ok());
  migrated_->Query(
      "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
      "WHERE application_name LIKE 'synclined/%'");
  clock_.AwaitWaiters(1);
  clock_.Advance(seconds(5));
  // One beat fails, the next comes a second later on a new session.
  while (lease_->MayCommitUntil() == base::SteadyTime(seconds(15))) {
    clock_.AwaitWaiters(1);
    clock_.Advance(seconds(1));
    std::this_thread::yield();
  }
  EXPECT_FALSE(lost_.try_acquire());
}

TEST_F(WorkerLeaseTest, StopsWithoutStart) {
  lease_->Stop();
  EXPECT_EQ(Rows(), "0");
}

}  // namespace
}  // namespace syncline::queue
