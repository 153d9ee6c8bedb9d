#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <semaphore>

#include "event/postgres_event_feed.h"
#include "event/postgres_event_log.h"
#include "store/run_event_json.h"
#include "store/sql.h"
#include "tests/contract/event_log_contract.h"
#include "tests/support/migrated_database.h"

namespace syncline::event {
namespace {

constexpr const char* kRun = "01900000-0000-7000-8000-000000000001";

void AddRun(store::Database& database, const std::string& run_id) {
  const auto inserted = database.Execute(
      "INSERT INTO syncline.run (run_id, workspace_id, integration_id, integration_uid, trigger, "
      "state, definition, "
      "mapping_version) VALUES ($1, 'default', 'devices', 1, 'MANUAL', 'RUNNING', '{}', 1)",
      store::Parameters().Uuid(run_id));
  ASSERT_TRUE(inserted.ok()) << inserted.status().ToString();
}

void Append(store::Database& database, const std::string& run_id, const model::RunEventBody& body) {
  const auto inserted = database.Execute(
      "INSERT INTO syncline.run_event (run_id, sequence, kind, payload) SELECT $1, "
      "COALESCE((SELECT max(sequence) FROM syncline.run_event WHERE run_id = $1), 0) + 1, $2, $3",
      store::Parameters()
          .Uuid(run_id)
          .Text(model::RunEventKind(body))
          .Json(store::EncodeRunEvent(body)));
  ASSERT_TRUE(inserted.ok()) << inserted.status().ToString();
}

class PostgresHarness final : public test::EventLogHarness {
 public:
  EventLog& log() override { return log_; }
  void AddRun(const std::string& run_id) override { event::AddRun(migrated_.database(), run_id); }
  void Append(const std::string& run_id, const model::RunEventBody& body) override {
    event::Append(migrated_.database(), run_id, body);
  }

 private:
  test::MigratedDatabase migrated_;
  PostgresEventLog log_{migrated_.database()};
};

// A replica: its feed, with the periods of a test.
struct Replica {
  Replica(test::MigratedDatabase& migrated, PostgresEventFeed::Options options)
      : log(migrated.database()),
        feed(options, migrated.database(), log, migrated.clock(), *logger) {
    EXPECT_TRUE(feed.Start().ok());
  }
  ~Replica() { feed.Stop(); }
  PostgresEventLog log;
  std::unique_ptr<base::Logger> logger = base::MakeNullLogger();
  PostgresEventFeed feed;
};

// A watcher that blocks until it has what it waits for.
class Watcher {
 public:
  Watcher(PostgresEventFeed& feed, std::int64_t after)
      : subscription_(*feed.Subscribe(kRun, after, [this] { ready_.release(); })) {}
  std::vector<std::int64_t> Take(std::size_t count) {
    std::vector<std::int64_t> sequences;
    while (sequences.size() < count) {
      const Subscription::Batch batch = subscription_->Take(64);
      for (const auto& event : batch.events) sequences.push_back(event->sequence);
      if (batch.events.empty() && !ready_.try_acquire_for(std::chrono::seconds(20))) break;
    }
    return sequences;
  }

 private:
  std::counting_semaphore<> ready_{0};
  std::unique_ptr<Subscription> subscription_;
};

class PostgresEventFeedTest : public test::MigratedDatabaseTest {
 protected:
  void SetUp() override {
    test::MigratedDatabaseTest::SetUp();
    if (migrated_.has_value()) AddRun(database(), kRun);
  }
  void AppendPages(int count) {
    for (int i = 0; i < count; ++i) Append(database(), kRun, model::PageCommitted{});
  }
};

// No poll comes to help within the test.
constexpr PostgresEventFeed::Options kWithoutPoll{.poll_period = std::chrono::minutes(10)};

TEST_F(PostgresEventFeedTest, AnAnnouncedEventReachesOwnWatchers) {
  Replica replica(*migrated_, kWithoutPoll);
  Watcher watcher(replica.feed, 0);
  AppendPages(2);
  replica.feed.Announce(kRun);
  EXPECT_THAT(watcher.Take(2), testing::ElementsAre(1, 2));
}

TEST_F(PostgresEventFeedTest, AnotherReplicaHearsOfIt) {
  Replica here(*migrated_, kWithoutPoll);
  Replica there(*migrated_, kWithoutPoll);
  AppendPages(1);
  Watcher watcher(there.feed, 0);
  ASSERT_THAT(watcher.Take(1), testing::ElementsAre(1));
  // LISTEN may not stand yet; from the moment it does, everything is polled once.
  AppendPages(1);
  here.feed.Announce(kRun);
  EXPECT_THAT(watcher.Take(1), testing::ElementsAre(2));
}

TEST_F(PostgresEventFeedTest, ThePollFindsWhatNobodyAnnounced) {
  Replica replica(*migrated_, {.poll_period = std::chrono::milliseconds(10)});
  Watcher watcher(replica.feed, 0);
  AppendPages(3);
  EXPECT_THAT(watcher.Take(3), testing::ElementsAre(1, 2, 3));
}

TEST_F(PostgresEventFeedTest, ALongHistoryComesWhole) {
  AppendPages(700);
  Replica replica(*migrated_, {.poll_period = std::chrono::milliseconds(10)});
  Watcher watcher(replica.feed, 0);
  const std::vector<std::int64_t> sequences = watcher.Take(700);
  ASSERT_EQ(sequences.size(), 700U);
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    ASSERT_EQ(sequences[i], static_cast<std::int64_t>(i) + 1);
  }
}

TEST_F(PostgresEventFeedTest, SurvivesTheLossOfEverySession) {
  Replica replica(*migrated_, {.poll_period = std::chrono::milliseconds(10),
                               .retry_period = std::chrono::milliseconds(10)});
  Watcher watcher(replica.feed, 0);
  AppendPages(1);
  ASSERT_THAT(watcher.Take(1), testing::ElementsAre(1));
  migrated_->Query(
      "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
      "WHERE datname = current_database() AND pid <> pg_backend_pid()");
  migrated_->Query(
      fmt::format("INSERT INTO syncline.run_event (run_id, sequence, kind, payload) "
                  "VALUES ('{}', 2, 'page_committed', '{{}}')",
                  kRun));
  EXPECT_THAT(watcher.Take(1), testing::ElementsAre(2));
}

}  // namespace
}  // namespace syncline::event

namespace syncline::test {
INSTANTIATE_TEST_SUITE_P(Postgres, EventLogContract,
                         testing::Values([]() -> std::unique_ptr<EventLogHarness> {
                           if (!TestDatabase::Available()) return nullptr;
                           return std::make_unique<event::PostgresHarness>();
                         }));
}  // namespace syncline::test
