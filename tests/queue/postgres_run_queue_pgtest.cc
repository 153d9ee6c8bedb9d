#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "queue/postgres_run_queue.h"
#include "tests/contract/run_queue_contract.h"
#include "tests/support/run_tables.h"

namespace syncline::test {
namespace {

class PostgresHarness final : public RunQueueHarness {
 public:
  PostgresHarness() {
    tables_.AddWorker(kFirstWorker);
    tables_.AddWorker(kSecondWorker);
  }
  queue::RunQueue& first() override { return first_; }
  queue::RunQueue& second() override { return second_; }
  std::string Enqueue() override {
    const std::string integration = fmt::format("devices-{}", ++count_);
    tables_.AddIntegration(integration);
    return tables_.Enqueue(integration).value();
  }
  absl::Status RequestCancel(const std::string& run_id) override {
    return tables_.RequestCancel(run_id);
  }
  std::vector<model::RunEvent> Events(const std::string& run_id) override {
    return tables_.Events(run_id);
  }
  model::RunState State(const std::string& run_id) override {
    return model::ParseRunState(tables_.RunColumn(run_id, "state")).value();
  }
  std::string WaitReason(const std::string& run_id) override {
    return tables_.RunColumn(run_id, "wait->>'reason'");
  }

 private:
  int count_ = 0;
  MigratedDatabase migrated_;
  RunTables tables_{migrated_};
  queue::PostgresRunQueue first_{migrated_.database(), kFirstWorker};
  queue::PostgresRunQueue second_{migrated_.database(), kSecondWorker};
};

INSTANTIATE_TEST_SUITE_P(Postgres, RunQueueContract,
                         testing::Values([]() -> std::unique_ptr<RunQueueHarness> {
                           if (!TestDatabase::Available()) return nullptr;
                           return std::make_unique<PostgresHarness>();
                         }));

class PostgresRunQueueTest : public MigratedDatabaseTest {
 protected:
  void SetUp() override {
    MigratedDatabaseTest::SetUp();
    if (!migrated_.has_value()) return;
    tables_.emplace(*migrated_);
    tables_->AddWorker(kFirstWorker);
    tables_->AddIntegration("devices");
  }
  std::optional<RunTables> tables_;
};

TEST_F(PostgresRunQueueTest, AnIntegrationHasOneRunAtATime) {
  const std::string run_id = tables_->Enqueue("devices").value();
  const absl::StatusOr<std::string> second = tables_->Enqueue("devices");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(base::ReasonOf(second.status()), base::Reason::kRunActive);
  EXPECT_EQ(base::MetadataOf(second.status()).at("run"),
            "workspaces/default/integrations/devices/runs/" + run_id);
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.run"), "1");
  ASSERT_TRUE(tables_->RequestCancel(run_id).ok());
  EXPECT_TRUE(tables_->Enqueue("devices").ok());
}

TEST_F(PostgresRunQueueTest, ARunThatMetTroubleRestsLongerEachTimeAndAtMostHalfAMinute) {
  ASSERT_TRUE(tables_->Enqueue("devices").ok());
  queue::PostgresRunQueue queue(migrated_->database(), kFirstWorker);
  const auto rest = [&](int attempt) {
    migrated_->Query(fmt::format(
        "UPDATE syncline.run_queue SET attempt = {}, run_after = clock_timestamp() RETURNING 1",
        attempt - 1));
    const auto runs = queue.Claim(1);
    EXPECT_TRUE(runs.ok() && runs->size() == 1U);
    EXPECT_TRUE(queue.Release(runs->at(0), "DATABASE_UNAVAILABLE").ok());
    EXPECT_TRUE(queue.Claim(1)->empty()) << "not as fast as it fails";
    return std::stod(migrated_->Query(
        "SELECT extract(epoch FROM run_after - clock_timestamp()) FROM syncline.run_queue"));
  };
  EXPECT_LE(rest(1), 1.0);
  const double fourth = rest(4);
  EXPECT_GT(fourth, 3.0);
  EXPECT_LE(fourth, 8.0);
  const double hundredth = rest(100);
  EXPECT_GT(hundredth, 14.0);
  EXPECT_LE(hundredth, 30.0);
}

TEST_F(PostgresRunQueueTest, TwoStartsAtOnceMakeOneRun) {
  std::atomic<int> started = 0;
  std::atomic<int> refused = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i) {
      threads.emplace_back([&] {
        const absl::StatusOr<std::string> run = tables_->Enqueue("devices");
        if (run.ok()) {
          ++started;
        } else if (base::ReasonOf(run.status()) == base::Reason::kRunActive) {
          ++refused;
        }
      });
    }
  }
  EXPECT_EQ(started, 1);
  EXPECT_EQ(refused, 5);
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.run"), "1");
}

TEST_F(PostgresRunQueueTest, WithoutAMappingNothingStarts) {
  v1::Integration integration;
  integration.set_object_type("user");
  ASSERT_TRUE(
      database()
          .RunTransaction([&](store::Transaction& transaction) -> absl::Status {
            SYNCLINE_RETURN_IF_ERROR(
                store::InsertIntegration(transaction, {"default", "bare"}, integration).status());
            return store::InsertMapping(transaction, {"default", "bare"}).status();
          })
          .ok());
  EXPECT_EQ(base::ReasonOf(tables_->Enqueue("bare").status()), base::Reason::kMappingNotSet);
  EXPECT_EQ(base::ReasonOf(tables_->Enqueue("absent").status()), base::Reason::kNotFound);
}

TEST_F(PostgresRunQueueTest, TheDefinitionIsTakenWhenQueued) {
  const std::string run_id = tables_->Enqueue("devices").value();
  migrated_->Query("UPDATE syncline.mapping SET spec = '{}', version = 9");
  queue::PostgresRunQueue queue(database(), kFirstWorker);
  const auto claimed = queue.Claim(1);
  ASSERT_EQ(claimed->size(), 1U);
  EXPECT_EQ(claimed->at(0).run_id, run_id);
  const std::string& definition = claimed->at(0).definition;
  EXPECT_THAT(definition, testing::HasSubstr("workspaces/default/integrations/devices"));
  EXPECT_EQ(tables_->RunColumn(run_id, "definition->'mapping'->>'version'"), "1");
  EXPECT_EQ(tables_->RunColumn(run_id, "definition->'object_type'->>'name'"),
            "workspaces/default/objectTypes/user");
}

TEST_F(PostgresRunQueueTest, ADeadWorkerClaimsNothing) {
  ASSERT_TRUE(tables_->Enqueue("devices").ok());
  tables_->KillWorker(kFirstWorker);
  queue::PostgresRunQueue dead(database(), kFirstWorker);
  EXPECT_TRUE(dead.Claim(1)->empty());
  queue::PostgresRunQueue unknown(database(), kSecondWorker);
  EXPECT_TRUE(unknown.Claim(1)->empty());
}

TEST_F(PostgresRunQueueTest, ASignInThatWasRefusedPausesTheSchedules) {
  migrated_->Query(
      "INSERT INTO syncline.credential (workspace_id, credential_id, spec) "
      "VALUES ('default', 'key', '{}')");
  migrated_->Query("UPDATE syncline.integration SET credential_id = 'key'");
  const auto paused_after = [&](const char* reason, const char* status,
                                const char* meanwhile = "SELECT 1") {
    migrated_->Query(
        "INSERT INTO syncline.schedule (workspace_id, integration_id, schedule_id, spec, "
        "next_fire_time) VALUES ('default', 'devices', 'default', '{}', clock_timestamp()) "
        "ON CONFLICT (workspace_id, integration_id, schedule_id) DO UPDATE SET paused = false");
    tables_->Enqueue("devices").value();
    queue::PostgresRunQueue queue(database(), kFirstWorker);
    const queue::ClaimedRun run = queue.Claim(1)->at(0);
    migrated_->Query(meanwhile);
    queue::RunEnding ending{.error = {reason, "refused", {{"status", status}}}};
    EXPECT_TRUE(queue.Finish(run, ending).ok());
    return migrated_->Query("SELECT paused || ' ' || pause_reason FROM syncline.schedule");
  };
  EXPECT_EQ(paused_after("AUTH_FAILED", "403"), "false ");
  EXPECT_EQ(paused_after("VENDOR_ERROR", "401"), "false ");
  EXPECT_EQ(paused_after("AUTH_FAILED", "401",
                         "UPDATE syncline.credential SET update_time = clock_timestamp()"),
            "false ")
      << "the secret that was refused is not the one of now";
  EXPECT_EQ(paused_after("AUTH_FAILED", "401",
                         "UPDATE syncline.integration SET update_time = clock_timestamp()"),
            "false ")
      << "nor need it be the credential";
  EXPECT_EQ(paused_after("AUTH_FAILED", "401"), "true AUTH_FAILED");
}

struct CancelCase {
  const char* name;
  const char* definition;  // of the integration, as SQL that changes it
  const char* checkpoint;  // as SQL
  model::RunState state;
};
class CancelOfAParkedRun : public PostgresRunQueueTest,
                           public testing::WithParamInterface<CancelCase> {};

TEST_P(CancelOfAParkedRun, LeavesItToAWorkerWhenThereMayBeAnExportToCleanUp) {
  v1::Integration integration;
  integration.set_object_type("user");
  v1::ExportJob& job = *integration.mutable_export_job();
  job.mutable_poll()->set_url("https://vendor.example/e/{{job}}");
  job.mutable_clean_up()->set_url("https://vendor.example/e/{{job}}");
  tables_->AddIntegration("ordered", integration);
  const std::string run_id = tables_->Enqueue("ordered").value();
  queue::PostgresRunQueue queue(database(), kFirstWorker);
  ASSERT_TRUE(queue.Park(queue.Claim(1)->at(0), {.delay = std::chrono::hours(1)}).ok());
  migrated_->Query(fmt::format("UPDATE syncline.run SET definition = {}", GetParam().definition));
  migrated_->Query(
      fmt::format("UPDATE syncline.run_queue SET checkpoint = {}", GetParam().checkpoint));
  ASSERT_TRUE(tables_->RequestCancel(run_id).ok());
  EXPECT_EQ(tables_->RunColumn(run_id, "state"), model::RunStateName(GetParam().state));
  if (GetParam().state == model::RunState::kCancelled) {
    EXPECT_TRUE(queue.Claim(1)->empty());
    return;
  }
  EXPECT_TRUE(tables_->RequestCancel(run_id).ok()) << "asking twice is no error";
  const auto claimed = queue.Claim(1);
  ASSERT_EQ(claimed->size(), 1U) << "nobody waits for its time";
  EXPECT_EQ(claimed->at(0).run_id, run_id);
  EXPECT_TRUE(claimed->at(0).cancel_requested);
  EXPECT_EQ(claimed->at(0).checkpoint, "{}");
}

INSTANTIATE_TEST_SUITE_P(
    Table, CancelOfAParkedRun,
    testing::Values(CancelCase{"AfterTheOrder", "definition", "'{}'", model::RunState::kQueued},
                    CancelCase{"BeforeTheOrder", "definition", "NULL", model::RunState::kCancelled},
                    CancelCase{"WithoutACleanUp", "definition #- '{integration,exportJob,cleanUp}'",
                               "'{}'", model::RunState::kCancelled},
                    CancelCase{"WithoutAnExport", "definition #- '{integration,exportJob}'", "'{}'",
                               model::RunState::kCancelled}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(PostgresRunQueueTest, AParkedRunComesBackAtItsTimeAndNotBefore) {
  const std::string run_id = tables_->Enqueue("devices").value();
  queue::PostgresRunQueue queue(database(), kFirstWorker);
  const queue::ClaimedRun run = queue.Claim(1)->at(0);
  ASSERT_TRUE(queue
                  .Park(run, {.wait = {"VENDOR_THROTTLED", "429", {}},
                              .delay = std::chrono::hours(1),
                              .request_attempt = 2,
                              .paid = true})
                  .ok());
  EXPECT_TRUE(queue.Claim(1)->empty());
  // What is shown is the instant that lets it go on.
  EXPECT_EQ(migrated_->Query("SELECT (r.wait->>'untilTime')::timestamptz = q.run_after "
                             "FROM syncline.run r JOIN syncline.run_queue q USING (run_id)"),
            "t");
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.run_queue WHERE crash_count = 0 "
                             "AND attempt = 0 AND parked_milliseconds = 3600000"),
            "1");
  migrated_->Query("UPDATE syncline.run_queue SET run_after = clock_timestamp()");
  const queue::ClaimedRun again = queue.Claim(1)->at(0);
  EXPECT_EQ(again.run_id, run_id);
  EXPECT_EQ(again.parked, std::chrono::hours(1));
  EXPECT_TRUE(again.paid);
  EXPECT_EQ(migrated_->Query("SELECT wait IS NULL FROM syncline.run"), "t");
  // A slot that was paid for does not hold for ever.
  ASSERT_TRUE(queue.Park(again, {.paid = true}).ok());
  migrated_->Query(
      "UPDATE syncline.run_queue SET run_after = clock_timestamp() - interval '2 min'");
  EXPECT_FALSE(queue.Claim(1)->at(0).paid);
}

}  // namespace
}  // namespace syncline::test
