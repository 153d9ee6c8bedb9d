#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "base/status.h"
#include "load/postgres_page_committer.h"
#include "tests/load/load_tables.h"

namespace syncline::load {
namespace {

using test::LoadTables;
using testing::HasSubstr;

constexpr char kThing[] = R"({"name": "workspaces/default/objectTypes/thing", "fields": [
  {"name": "email", "type": "TYPE_STRING", "unique": true, "required": true},
  {"name": "name", "type": "TYPE_STRING", "required": true},
  {"name": "score", "type": "TYPE_NUMBER"}]})";

std::string Mapping(const std::string& policy = "CREATE_AND_UPDATE") {
  return R"({"sync_keys": ["email"], "version": "1", "write_policy": "WRITE_POLICY_)" + policy +
         R"(", "fields": {"email": {"from": "email"}, "name": {"from": "name"},
             "score": {"from": "score"}}})";
}

class PageCommitFaultsTest : public test::MigratedDatabaseTest {
 protected:
  void SetUp() override {
    MigratedDatabaseTest::SetUp();
    if (migrated_.has_value()) tables_.emplace(*migrated_, kThing);
  }
  std::string Query(const std::string& sql) { return migrated_->Query(sql); }
  std::string Names() {
    return Query(
        "SELECT string_agg(email || ':' || name, ' ' ORDER BY email) FROM ws_default.thing");
  }
  model::RunCounters Sync(const std::string& records, const std::string& mapping = Mapping()) {
    const LoadTables::Run run = tables_->StartRun("vendor", mapping);
    auto committer = tables_->Open(run);
    const auto outcome = committer->Commit(LoadTables::Page(run, 1, records, true));
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.ok() ? outcome->page : model::RunCounters{};
  }
  std::optional<LoadTables> tables_;
};

TEST_F(PageCommitFaultsTest, RequiredFieldIsNeededToCreateOnly) {
  auto counters = Sync(R"([{"email": "a", "name": "n"}, {"email": "b"}])");
  EXPECT_EQ(counters.created, 1);
  EXPECT_EQ(counters.rejected, 1);
  EXPECT_EQ(Query("SELECT reason || field || record FROM ws_default.syncline_reject"),
            R"(REQUIRED_FIELD_EMPTYname{"email":"b"})");
  counters = Sync(R"([{"email": "a", "score": 1}])");
  EXPECT_EQ(counters.updated, 1);
  EXPECT_EQ(Names(), "a:n");
}

TEST_F(PageCommitFaultsTest, WritePolicies) {
  Sync(R"([{"email": "a", "name": "1"}])");
  auto counters =
      Sync(R"([{"email": "a", "name": "2"}, {"email": "b", "name": "2"}])", Mapping("CREATE_ONLY"));
  EXPECT_EQ(counters.created, 1);
  EXPECT_EQ(counters.unchanged, 1);
  EXPECT_EQ(Names(), "a:1 b:2");
  counters =
      Sync(R"([{"email": "a", "name": "3"}, {"email": "c", "name": "3"}])", Mapping("UPDATE_ONLY"));
  EXPECT_EQ(counters.updated, 1);
  EXPECT_EQ(counters.skipped, 1);
  EXPECT_EQ(Names(), "a:3 b:2");
  Query("TRUNCATE ws_default.syncline_link");
  EXPECT_EQ(Sync(R"([{"email": "a", "name": "4"}])", Mapping("CREATE_ONLY")).unchanged, 1);
  EXPECT_EQ(Names(), "a:3 b:2");
}

TEST_F(PageCommitFaultsTest, MappingRejectsAreStoredWithTheirRecord) {
  const auto counters = Sync(R"([{"email": "a", "name": "nul\u0000"}, {"email": "b", "name": "n"},
      {"email": "c", "name": "n", "score": "many"}, {"name": "keyless"}])");
  EXPECT_EQ(counters.rejected, 3);
  EXPECT_EQ(counters.created, 1);
  EXPECT_EQ(
      Query("SELECT string_agg(concat_ws('|', page_number, record_index, reason, field, record, "
            "record_truncated, mapping_version), ' ' ORDER BY reject_id) FROM "
            "ws_default.syncline_reject"),
      R"(1|0|TEXT_INVALID|name|{"email":"a","name":"nul\u0000"}|f|1 )"
      R"(1|2|CONVERSION_FAILED|score|{"email":"c","name":"n","score":"many"}|f|1 )"
      R"(1|3|SYNC_KEY_EMPTY|email|{"name":"keyless"}|f|1)");
}

TEST_F(PageCommitFaultsTest, RejectsOfThePageThatBrokeTheLimitCanBeRead) {
  const LoadTables::Run run = tables_->StartRun("vendor", Mapping());
  auto committer = tables_->Open(run, 2);
  const auto page = LoadTables::Page(run, 1, R"([{}, {}, {}, {"email": "a", "name": "n"}])");
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto outcome = committer->Commit(page);
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(base::ReasonOf(outcome.status()), base::Reason::kRejectLimitReached);
  }
  EXPECT_EQ(Query("SELECT count(*) FROM ws_default.syncline_reject"), "2");
  EXPECT_EQ(Query("SELECT count(*) FROM ws_default.thing"), "0");
}

TEST_F(PageCommitFaultsTest, ValueThatTheDatabaseRefusesRejectsItsRecordAlone) {
  Sync("[]");
  Query(
      "ALTER TABLE ws_default.thing ADD CHECK (name <> 'poison'), ADD CHECK (1 / length(name) >= "
      "0)");
  const LoadTables::Run run = tables_->StartRun("vendor", Mapping());
  auto committer = tables_->Open(run);
  // A division by zero is an error of class 22, as a value out of a type's range would be.
  Query("ALTER TABLE ws_default.thing DROP CONSTRAINT thing_name_check");
  Query("ALTER TABLE ws_default.thing ADD CHECK (1 / (length(name) - 3) IS NOT NULL)");
  const auto outcome = committer->Commit(LoadTables::Page(
      run, 1, R"([{"email": "a", "name": "fine"}, {"email": "b", "name": "bad"}])", true));
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->page.created, 1);
  EXPECT_EQ(outcome->page.rejected, 1);
  EXPECT_EQ(Query("SELECT reason FROM ws_default.syncline_reject"), "CONVERSION_FAILED");
}

TEST_F(PageCommitFaultsTest, SchemaDriftIsNamed) {
  Sync("[]");
  Query("ALTER TABLE ws_default.thing ALTER COLUMN score TYPE text");
  const LoadTables::Run run = tables_->StartRun("vendor", Mapping());
  const auto committer =
      PostgresPageCommitter::Open(database(),
                                  {.fence = {run.run_id, test::kWorker, 1},
                                   .workspace = "default",
                                   .integration_uid = run.integration_uid,
                                   .object_type = test::FromJson<v1::ObjectType>(kThing)},
                                  run.mapping);
  ASSERT_FALSE(committer.ok());
  EXPECT_EQ(base::ReasonOf(committer.status()), base::Reason::kSchemaDrift);
  EXPECT_THAT(base::MessageOf(committer.status()), HasSubstr("score"));
}

TEST_F(PageCommitFaultsTest, SessionThatWasEndedIsReplaced) {
  const LoadTables::Run run = tables_->StartRun("vendor", Mapping());
  auto committer = tables_->Open(run);
  Query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
      "AND pid <> pg_backend_pid()");
  const auto page = std::make_shared<const PageCommit>(
      LoadTables::Page(run, 1, R"([{"email": "a", "name": "n"}])", true));
  committer->Prepare(page);
  const auto outcome = committer->Commit(*page);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(Names(), "a:n");
}

// Commits of sessions that wait for a standby that does not exist are done on disk, and their
// client hears nothing when the session is ended: the answer is lost, the commit is not.
class LostAnswerTest : public PageCommitFaultsTest, public testing::WithParamInterface<bool> {
 protected:
  void TearDown() override {
    if (!migrated_.has_value()) return;
    SetStandby("''");
    if (probe_.joinable()) probe_.join();
  }
  void SetStandby(const std::string& name) {
    Query("ALTER SYSTEM SET synchronous_standby_names = " + name);
    Query("SELECT pg_reload_conf()");
  }
  std::string Waiting(const std::string& what, const std::string& query) {
    return Query(
        fmt::format("SELECT {} FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query "
                    "LIKE '{}%'",
                    what, query));
  }
  // Returns when commits wait. The server takes the setting over some time after the reload, so
  // commits are tried until one of them waits; that one goes on when the setting is reset.
  void MakeCommitsWait() {
    SetStandby("'nobody'");
    for (int probe = 0; Waiting("count(*)", "CREATE TABLE probe") == "0"; ++probe) {
      passed_ = false;
      probe_ = std::jthread([this, probe] {
        Query(fmt::format("CREATE TABLE probe_{} ()", probe));
        passed_ = true;
      });
      while (!passed_ && Waiting("count(*)", "CREATE TABLE probe") == "0") {
        std::this_thread::yield();
      }
    }
  }
  void EndSessionThatWaits() {
    while (Waiting("count(*)", "COMMIT") == "0") std::this_thread::yield();
    Waiting("pg_terminate_backend(pid)", "COMMIT");
    SetStandby("''");
  }

  std::atomic<bool> passed_ = false;
  std::jthread probe_;  // joined after the setting was reset
};

TEST_P(LostAnswerTest, CommitThatTookEffectIsNotRepeated) {
  const bool last = GetParam();
  // For sessions opened from here on; the cluster of tests does without.
  Query(
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = on', "
      "current_database()); END $$");
  const LoadTables::Run run = tables_->StartRun("vendor", Mapping());
  auto committer = tables_->Open(run);
  ASSERT_TRUE(committer->Commit(LoadTables::Page(run, 1, R"([{"email": "a", "name": "n"}])")).ok());
  MakeCommitsWait();
  std::jthread ender([this] { EndSessionThatWaits(); });
  const auto page = LoadTables::Page(
      run, 2, R"([{"email": "a", "name": "m"}, {"email": "b", "name": "n"}])", last);
  const auto outcome = committer->Commit(page);
  ender.join();
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->total.created, 2);
  EXPECT_EQ(outcome->total.updated, 1);
  EXPECT_EQ(outcome->latest_sequence, last ? 4 : 3);
  EXPECT_EQ(static_cast<std::int64_t>(tables_->Events(run.run_id).size()),
            outcome->latest_sequence);
  EXPECT_EQ(Query("SELECT string_agg(email || revision, ' ' ORDER BY email) FROM ws_default.thing"),
            "a2 b1");
  if (last) return;
  // The shelf knows what that page wrote.
  const auto next =
      committer->Commit(LoadTables::Page(run, 3, R"([{"email": "b", "name": "n"}])", true));
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(next->page.unchanged, 1);
}

TEST_P(LostAnswerTest, CommitOfRowsCopiedAheadIsNotRepeated) {
  const bool last = GetParam();
  Query(
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = on', "
      "current_database()); END $$");
  const LoadTables::Run run = tables_->StartRun("vendor", Mapping());
  auto committer = tables_->Open(run);
  const auto first = std::make_shared<const PageCommit>(
      LoadTables::Page(run, 1, R"([{"email": "a", "name": "n"}])"));
  const auto second = std::make_shared<const PageCommit>(
      LoadTables::Page(run, 2, R"([{"email": "b", "name": "n"}])", last));
  committer->Prepare(first);
  committer->Prepare(second);
  ASSERT_TRUE(committer->Commit(*first).ok());
  MakeCommitsWait();
  std::jthread ender([this] { EndSessionThatWaits(); });
  const auto outcome = committer->Commit(*second);
  ender.join();
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->total.created, 2);
  EXPECT_EQ(static_cast<std::int64_t>(tables_->Events(run.run_id).size()),
            outcome->latest_sequence);
  EXPECT_EQ(Names(), "a:n b:n");
}

INSTANTIATE_TEST_SUITE_P(LastPageOrNot, LostAnswerTest, testing::Bool());

TEST_F(PageCommitFaultsTest, TwoIntegrationsWriteTheSameObjectsAtOnce) {
  constexpr int kObjects = 200;
  const auto sync = [&](const LoadTables::Run& run, PostgresPageCommitter& committer, int salt) {
    for (int number = 1; number <= 5; ++number) {
      std::string json = "[";
      for (int i = 0; i < kObjects; ++i) {
        // Opposite orders, so that row locks taken in the order of the page would deadlock.
        json += fmt::format(R"({}{{"email": "{}", "name": "{}"}})", i == 0 ? "" : ",",
                            salt == 0 ? i : kObjects - i - 1, number + 100 * salt);
      }
      const auto outcome = committer.Commit(LoadTables::Page(run, number, json + "]", number == 5));
      ASSERT_TRUE(outcome.ok()) << outcome.status();
      EXPECT_EQ(outcome->page.rejected, 0);
    }
  };
  const LoadTables::Run first = tables_->StartRun("first", Mapping());
  const LoadTables::Run second = tables_->StartRun("second", Mapping());
  auto first_committer = tables_->Open(first);
  auto second_committer = tables_->Open(second);
  {
    const std::jthread one([&] { sync(first, *first_committer, 0); });
    const std::jthread two([&] { sync(second, *second_committer, 1); });
  }
  EXPECT_EQ(Query("SELECT count(*) FROM ws_default.thing"), std::to_string(kObjects));
  EXPECT_EQ(Query("SELECT count(*) FROM ws_default.syncline_link"), std::to_string(2 * kObjects));
}

}  // namespace
}  // namespace syncline::load
