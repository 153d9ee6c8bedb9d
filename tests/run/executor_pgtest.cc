#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>
#include <thread>

#include "queue/reaper.h"
#include "queue/worker_lease.h"
#include "tests/run/run_worker.h"
#include "tests/support/run_tables.h"
#include "tests/support/scripted_transport.h"

namespace syncline::run {
namespace {

// A vendor's list of users, ten per page, for any number of callers at once.
class Vendor final : public http::Transport {
 public:
  explicit Vendor(int user_count) : user_count_(user_count) {}
  absl::StatusOr<http::Response> Send(const http::Request& request, const http::TransportLimits&,
                                      std::stop_token) override {
    const std::string& query = request.url.query;
    const std::size_t at = query.find("offset=");
    const int offset = at == std::string::npos ? 0 : std::atoi(query.c_str() + at + 7);
    ++request_count;
    if (on_request) on_request(offset);
    std::string body = "[";
    for (int i = offset; i < std::min(offset + kPageSize, user_count_); ++i) {
      body += fmt::format(R"({}{{"email":"user-{}@vendor.example","name":"User {}"}})",
                          i == offset ? "" : ",", i, i);
    }
    return test::JsonResponse(body + "]");
  }
  static constexpr int kPageSize = 10;
  std::atomic<int> request_count = 0;
  std::function<void(int)> on_request;

 private:
  const int user_count_;
};

class ExecutorPgTest : public test::MigratedDatabaseTest {
 protected:
  static constexpr int kUsers = 95;
  void SetUp() override {
    test::MigratedDatabaseTest::SetUp();
    if (!migrated_.has_value()) return;
    tables_.emplace(*migrated_);
    v1::Integration integration;
    integration.set_object_type("user");
    integration.mutable_request()->set_url("https://vendor.example/users");
    integration.mutable_pagination()->mutable_limit_offset()->set_limit(Vendor::kPageSize);
    tables_->AddIntegration("people", integration);
  }
  std::unique_ptr<RunWorker> MakeWorker(int number) {
    const std::string id = fmt::format("01900000-0000-7000-8000-{:012}", number);
    tables_->AddWorker(id);
    auto worker = std::make_unique<RunWorker>(*migrated_, vendor_, id);
    EXPECT_TRUE(worker->executor.Start().ok());
    return worker;
  }
  std::string AwaitEnd(const std::string& run_id) {
    while (true) {
      const std::string state = tables_->RunColumn(run_id, "state");
      if (state != "QUEUED" && state != "RUNNING") return state;
      std::this_thread::yield();
    }
  }
  // A sweep passes over a run whose page is just being committed.
  static void AwaitRescue(queue::Reaper& reaper) {
    while (reaper.Rescue().value() == 0) std::this_thread::yield();
  }
  std::string Users() { return migrated_->Query("SELECT count(*) FROM ws_default.\"user\""); }
  // I2 and I3 over the whole log of a run.
  void CheckEvents(const std::string& run_id) {
    std::int64_t sequence = 0;
    std::int64_t page = 0;
    int ended = 0;
    for (const model::RunEvent& event : tables_->Events(run_id)) {
      EXPECT_EQ(event.sequence, ++sequence);
      EXPECT_EQ(ended, 0) << "nothing comes after the terminal event";
      if (const auto* committed = std::get_if<model::PageCommitted>(&event.body)) {
        EXPECT_EQ(committed->page_number, ++page);
      }
      ended += std::holds_alternative<model::RunEnded>(event.body) ? 1 : 0;
    }
    EXPECT_EQ(ended, 1);
    EXPECT_EQ(tables_->RunColumn(run_id, "latest_sequence"), std::to_string(sequence));
  }

  std::unique_ptr<base::Logger> logger_ = base::MakeNullLogger();
  Vendor vendor_{kUsers};
  std::optional<test::RunTables> tables_;
};

TEST_F(ExecutorPgTest, ARunFillsTheTableAndASecondChangesNothing) {
  const auto worker = MakeWorker(1);
  const std::string first = tables_->Enqueue("people").value();
  ASSERT_EQ(AwaitEnd(first), "SUCCEEDED") << tables_->RunColumn(first, "error");
  EXPECT_EQ(Users(), std::to_string(kUsers));
  EXPECT_EQ(tables_->RunColumn(first, "counters->>'created'"), std::to_string(kUsers));
  EXPECT_EQ(tables_->RunColumn(first, "verdict"), "COMPLETE");
  CheckEvents(first);

  const std::string second = tables_->Enqueue("people").value();
  ASSERT_EQ(AwaitEnd(second), "SUCCEEDED");
  EXPECT_EQ(tables_->RunColumn(second, "counters->>'unchanged'"), std::to_string(kUsers));
  EXPECT_EQ(tables_->RunColumn(second, "counters->>'created' IS NULL"), "t");
  CheckEvents(second);
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.run_queue"), "0");
}

TEST_F(ExecutorPgTest, ADrainedRunIsFinishedByTheNextWorker) {
  std::binary_semaphore reached{0};
  std::binary_semaphore go_on{0};
  vendor_.on_request = [&](int offset) {
    if (offset != 50) return;
    reached.release();
    go_on.acquire();
  };
  auto first = MakeWorker(1);
  const std::string run_id = tables_->Enqueue("people").value();
  reached.acquire();
  std::jthread stopper([&] { first->executor.Stop(); });
  go_on.release();
  stopper.join();
  vendor_.on_request = nullptr;
  const auto second = MakeWorker(2);
  ASSERT_EQ(AwaitEnd(run_id), "SUCCEEDED") << tables_->RunColumn(run_id, "error");
  EXPECT_EQ(Users(), std::to_string(kUsers));
  EXPECT_EQ(tables_->RunColumn(run_id, "counters->>'created'"), std::to_string(kUsers));
  CheckEvents(run_id);
}

TEST_F(ExecutorPgTest, ARunOfALostWorkerGoesOnAndItsZombieWritesNothing) {
  std::binary_semaphore reached{0};
  std::binary_semaphore go_on{0};
  std::atomic<bool> held = false;
  vendor_.on_request = [&](int offset) {
    if (offset != 40 || held.exchange(true)) return;
    reached.release();
    go_on.acquire();
  };
  const auto zombie = MakeWorker(1);
  const std::string run_id = tables_->Enqueue("people").value();
  reached.acquire();
  // It claims nothing new, and it does not learn of its death from anybody.
  tables_->KillWorker(zombie->worker_id);
  queue::Reaper reaper({.backoff = std::chrono::milliseconds(0)}, database(), migrated_->clock(),
                       migrated_->random(), *logger_);
  AwaitRescue(reaper);
  const auto second = MakeWorker(2);
  ASSERT_EQ(AwaitEnd(run_id), "SUCCEEDED") << tables_->RunColumn(run_id, "error");
  go_on.release();
  zombie->executor.Stop();
  EXPECT_EQ(Users(), std::to_string(kUsers));
  EXPECT_EQ(tables_->RunColumn(run_id, "counters->>'created'"), std::to_string(kUsers));
  CheckEvents(run_id);
}

TEST_F(ExecutorPgTest, CrashesWithPagesBetweenThemDoNotEndTheRun) {
  const std::string run_id = tables_->Enqueue("people").value();
  queue::Reaper reaper({.backoff = std::chrono::milliseconds(0)}, database(), migrated_->clock(),
                       migrated_->random(), *logger_);
  std::binary_semaphore reached{0};
  std::counting_semaphore<> go_on{0};
  std::atomic<int> hold_at = 0;
  vendor_.on_request = [&](int offset) {
    if (offset != hold_at) return;
    reached.release();
    go_on.acquire();
  };
  for (int worker = 1; worker <= queue::Reaper::kCrashCountMax + 1; ++worker) {
    hold_at = worker * 20;
    const auto dying = MakeWorker(worker);
    reached.acquire();
    // The page before the one that hangs is committed before the worker dies.
    while (std::stoi(migrated_->Query("SELECT page_number FROM syncline.run_queue")) < worker * 2) {
      std::this_thread::yield();
    }
    tables_->KillWorker(dying->worker_id);
    AwaitRescue(reaper);
    dying->executor.LoseAll();
    hold_at = -1;
    go_on.release();
  }
  const auto last = MakeWorker(9);
  ASSERT_EQ(AwaitEnd(run_id), "SUCCEEDED") << tables_->RunColumn(run_id, "error");
  EXPECT_EQ(Users(), std::to_string(kUsers));
  CheckEvents(run_id);
}

TEST_F(ExecutorPgTest, ACancelEndsARunningRunAndKeepsItsPages) {
  std::binary_semaphore reached{0};
  std::binary_semaphore go_on{0};
  vendor_.on_request = [&](int offset) {
    if (offset != 50) return;
    reached.release();
    go_on.acquire();
  };
  const auto worker = MakeWorker(1);
  const std::string run_id = tables_->Enqueue("people").value();
  reached.acquire();
  ASSERT_TRUE(tables_->RequestCancel(run_id).ok());
  go_on.release();
  EXPECT_EQ(AwaitEnd(run_id), "CANCELLED");
  EXPECT_EQ(tables_->RunColumn(run_id, "verdict"), "CANCELLED");
  EXPECT_EQ(Users(),
            std::to_string(
                std::stoi(tables_->RunColumn(run_id, "COALESCE(counters->>'pages', '0')")) * 10));
  CheckEvents(run_id);
}

TEST_F(ExecutorPgTest, TheLossOfEverySessionInTheMiddleIsSurvived) {
  std::atomic<bool> cut = false;
  vendor_.on_request = [&](int offset) {
    if (offset != 50 || cut.exchange(true)) return;
    migrated_->Query(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE datname = current_database() AND application_name LIKE 'synclined%'");
  };
  const auto worker = MakeWorker(1);
  const std::string run_id = tables_->Enqueue("people").value();
  ASSERT_EQ(AwaitEnd(run_id), "SUCCEEDED") << tables_->RunColumn(run_id, "error");
  EXPECT_EQ(Users(), std::to_string(kUsers));
  EXPECT_EQ(tables_->RunColumn(run_id, "counters->>'created'"), std::to_string(kUsers));
  CheckEvents(run_id);
}

TEST_F(ExecutorPgTest, AnIntegrationThatVanishedFailsItsRunClearly) {
  const std::string run_id = tables_->Enqueue("people").value();
  migrated_->Query("DELETE FROM syncline.integration");
  const auto worker = MakeWorker(1);
  EXPECT_EQ(AwaitEnd(run_id), "FAILED");
  EXPECT_EQ(tables_->RunColumn(run_id, "error->>'reason'"), "NOT_FOUND");
  EXPECT_EQ(vendor_.request_count, 0);
  CheckEvents(run_id);
}

TEST_F(ExecutorPgTest, ManyRunsOnThreeWorkersHaveOneOwnerEach) {
  constexpr int kRuns = 12;
  std::vector<std::string> runs;
  for (int i = 0; i < kRuns; ++i) {
    v1::Integration integration;
    integration.set_object_type("user");
    integration.mutable_request()->set_url("https://vendor.example/users");
    integration.mutable_pagination()->mutable_limit_offset()->set_limit(Vendor::kPageSize);
    tables_->AddIntegration(fmt::format("people-{}", i), integration);
    runs.push_back(tables_->Enqueue(fmt::format("people-{}", i)).value());
  }
  std::vector<std::unique_ptr<RunWorker>> workers;
  for (int i = 1; i <= 3; ++i) workers.push_back(MakeWorker(i));
  for (const std::string& run_id : runs) {
    ASSERT_EQ(AwaitEnd(run_id), "SUCCEEDED") << tables_->RunColumn(run_id, "error");
    CheckEvents(run_id);
  }
  EXPECT_EQ(Users(), std::to_string(kUsers)) << "all found the same people by their e-mail";
}

}  // namespace
}  // namespace syncline::run
