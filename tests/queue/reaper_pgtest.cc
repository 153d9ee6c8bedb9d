#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "queue/postgres_run_queue.h"
#include "queue/reaper.h"
#include "store/run_store.h"
#include "tests/support/run_tables.h"

namespace syncline::queue {
namespace {

class ReaperTest : public test::MigratedDatabaseTest {
 protected:
  void SetUp() override {
    test::MigratedDatabaseTest::SetUp();
    if (!migrated_.has_value()) return;
    tables_.emplace(*migrated_);
    tables_->AddIntegration("devices");
    reaper_.emplace(Reaper::Options{.backoff = std::chrono::milliseconds(0)}, database(),
                    migrated_->clock(), migrated_->random(), *logger_);
  }
  // A new worker claims the only run, then dies.
  ClaimedRun ClaimAndDie(int worker) {
    const std::string id = fmt::format("01900000-0000-7000-8000-{:012}", worker);
    tables_->AddWorker(id);
    PostgresRunQueue queue(database(), id);
    const auto claimed = queue.Claim(1);
    EXPECT_TRUE(claimed.ok()) << claimed.status();
    EXPECT_EQ(claimed->size(), 1U);
    tables_->KillWorker(id);
    return claimed->at(0);
  }
  std::vector<std::string> Kinds(const std::string& run_id) {
    std::vector<std::string> kinds;
    for (const model::RunEvent& event : tables_->Events(run_id)) {
      EXPECT_EQ(event.sequence, static_cast<std::int64_t>(kinds.size()) + 1) << "I3: dense from 1";
      kinds.emplace_back(model::RunEventKind(event.body));
    }
    EXPECT_EQ(tables_->RunColumn(run_id, "latest_sequence"), std::to_string(kinds.size()));
    return kinds;
  }

  std::unique_ptr<base::Logger> logger_ = base::MakeNullLogger();
  std::optional<test::RunTables> tables_;
  std::optional<Reaper> reaper_;
};

TEST_F(ReaperTest, ARunOfALivingWorkerIsLeftAlone) {
  ASSERT_TRUE(tables_->Enqueue("devices").ok());
  tables_->AddWorker(test::kFirstWorker);
  PostgresRunQueue queue(database(), test::kFirstWorker);
  ASSERT_EQ(queue.Claim(1)->size(), 1U);
  EXPECT_EQ(reaper_->Rescue().value(), 0);
}

TEST_F(ReaperTest, ARunOfADeadWorkerGoesBackAndItsOldOwnerIsFenced) {
  const std::string run_id = tables_->Enqueue("devices").value();
  const ClaimedRun lost = ClaimAndDie(1);
  EXPECT_EQ(reaper_->Rescue().value(), 1);
  EXPECT_EQ(reaper_->Rescue().value(), 0);
  EXPECT_EQ(tables_->RunColumn(run_id, "state"), "QUEUED");
  EXPECT_THAT(Kinds(run_id), testing::ElementsAre("queued", "started", "released"));
  EXPECT_EQ(std::get<model::RunReleased>(tables_->Events(run_id).back().body).reason,
            "WORKER_LOST");

  PostgresRunQueue zombie(database(), "01900000-0000-7000-8000-000000000001");
  EXPECT_EQ(base::ReasonOf(zombie.Finish(lost, {})), base::Reason::kRunFenced);
  const ClaimedRun next = ClaimAndDie(2);
  EXPECT_GT(next.epoch, lost.epoch);
  EXPECT_EQ(next.attempt, 2);
}

TEST_F(ReaperTest, AWorkerWithoutARowIsDead) {
  ASSERT_TRUE(tables_->Enqueue("devices").ok());
  ClaimAndDie(1);
  migrated_->Query("DELETE FROM syncline.worker");
  EXPECT_EQ(reaper_->Rescue().value(), 1);
}

TEST_F(ReaperTest, ThreeCrashesWithoutAPageEndTheRun) {
  const std::string run_id = tables_->Enqueue("devices").value();
  for (int worker = 1; worker <= Reaper::kCrashCountMax; ++worker) {
    ClaimAndDie(worker);
    EXPECT_EQ(reaper_->Rescue().value(), 1);
  }
  EXPECT_EQ(tables_->RunColumn(run_id, "state"), "FAILED");
  EXPECT_EQ(tables_->RunColumn(run_id, "error->>'reason'"), "WORKER_LOST");
  EXPECT_EQ(tables_->RunColumn(run_id, "end_time IS NOT NULL"), "t");
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.run_queue"), "0");
  EXPECT_THAT(Kinds(run_id), testing::ElementsAre("queued", "started", "released", "started",
                                                  "released", "started", "ended"));
  EXPECT_TRUE(tables_->Enqueue("devices").ok()) << "the integration is free again";
}

TEST_F(ReaperTest, ARunToBeCancelledEndsInsteadOfGoingBack) {
  const std::string run_id = tables_->Enqueue("devices").value();
  ClaimAndDie(1);
  ASSERT_TRUE(tables_->RequestCancel(run_id).ok());
  EXPECT_EQ(reaper_->Rescue().value(), 1);
  EXPECT_EQ(tables_->RunColumn(run_id, "state"), "CANCELLED");
  EXPECT_THAT(Kinds(run_id), testing::ElementsAre("queued", "started", "ended"));
}

TEST_F(ReaperTest, ARescuedRunWaitsBeforeItIsDue) {
  Reaper patient({.backoff = std::chrono::hours(1)}, database(), migrated_->clock(),
                 migrated_->random(), *logger_);
  ASSERT_TRUE(tables_->Enqueue("devices").ok());
  ClaimAndDie(1);
  ASSERT_EQ(patient.Rescue().value(), 1);
  tables_->AddWorker(test::kFirstWorker);
  PostgresRunQueue queue(database(), test::kFirstWorker);
  EXPECT_TRUE(queue.Claim(1)->empty());
  migrated_->Query("UPDATE syncline.run_queue SET run_after = clock_timestamp()");
  EXPECT_EQ(queue.Claim(1)->size(), 1U);
}

TEST_F(ReaperTest, AFrozenOwnersSessionIsEndedSoThatItsRunCanBeTaken) {
  const std::string run_id = tables_->Enqueue("devices").value();
  const ClaimedRun lost = ClaimAndDie(1);
  store::SessionOptions session;
  session.application_name = "synclined/01900000-0000-7000-8000-000000000001";
  auto frozen = database().OpenConnection(session).value();
  ASSERT_TRUE(frozen->ExecuteScript("BEGIN").ok());
  ASSERT_TRUE(frozen->Execute("SELECT 1 FROM syncline.run_queue FOR NO KEY UPDATE").ok());
  EXPECT_EQ(reaper_->Rescue().value(), 0) << "locked";
  ASSERT_TRUE(reaper_->EndSessions().ok());
  while (reaper_->Rescue().value() == 0)
    std::this_thread::yield();  // the server rolls back on its own time
  EXPECT_FALSE(frozen->Execute("SELECT 1").ok());
}

TEST_F(ReaperTest, PurgesWhatIsPastItsTime) {
  const std::string run_id = tables_->Enqueue("devices").value();
  tables_->AddWorker(test::kFirstWorker);
  tables_->AddWorker(test::kSecondWorker);
  migrated_->Query(
      fmt::format("UPDATE syncline.worker SET expire_time = clock_timestamp() - interval '25 "
                  "hours' WHERE worker_id = '{}'",
                  test::kFirstWorker));
  for (const char* age : {"1 hour", "25 hours"}) {
    migrated_->Query(
        fmt::format("INSERT INTO syncline.request_log VALUES ('default', gen_random_uuid(), 'm', "
                    "gen_random_uuid(), '', clock_timestamp() - interval '{}')",
                    age));
  }
  migrated_->Query(fmt::format(
      "INSERT INTO syncline.run_event SELECT '{0}', 1 + n, clock_timestamp() - CASE WHEN n % 2 = 0 "
      "THEN interval '8 days' ELSE interval '1 day' END, CASE WHEN n < 3 THEN 'waiting' ELSE "
      "'page_committed' END, "
      "'{{}}' FROM generate_series(1, 10) n",
      run_id));
  ASSERT_TRUE(reaper_->Purge().ok());
  EXPECT_EQ(migrated_->Query("SELECT string_agg(worker_id::text, ',') FROM syncline.worker"),
            test::kSecondWorker);
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.request_log"), "1");
  EXPECT_EQ(migrated_->Query(
                "SELECT string_agg(sequence::text, ',' ORDER BY sequence) FROM syncline.run_event"),
            "1,2,3,4,6,8,10");
}

TEST_F(ReaperTest, OfALongRunTheOldestProgressGoes) {
  const std::string run_id = tables_->Enqueue("devices").value();
  migrated_->Query(fmt::format(
      "INSERT INTO syncline.run_event (run_id, sequence, kind, payload) SELECT '{}', 1 + n, "
      "'page_committed', '{{}}' FROM generate_series(1, 10100) n",
      run_id));
  migrated_->Query("UPDATE syncline.run SET latest_sequence = 10101");
  ASSERT_TRUE(reaper_->Purge().ok());
  // Event 1 is a change of state and stays.
  EXPECT_EQ(migrated_->Query("SELECT min(sequence) FROM syncline.run_event WHERE sequence > 1"),
            "102");
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.run_event"), "10001");
}

TEST_F(ReaperTest, SweepsByItself) {
  const std::string run_id = tables_->Enqueue("devices").value();
  ClaimAndDie(1);
  Reaper quick({.period = std::chrono::milliseconds(10)}, database(), migrated_->clock(),
               migrated_->random(), *logger_);
  ASSERT_TRUE(quick.Start().ok());
  while (tables_->RunColumn(run_id, "state") != "QUEUED") std::this_thread::yield();
  quick.Stop();
}

}  // namespace
}  // namespace syncline::queue
