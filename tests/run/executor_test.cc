#include "run/executor.h"

#include <semaphore>
#include <thread>

#include "tests/run/run_fixture.h"

namespace syncline::run {
namespace {

class ExecutorTest : public RunFixture {
 protected:
  ExecutorTest() : RunFixture(test::FakeClock::Waits::kUntilAdvanced) {}
  ~ExecutorTest() override { hold_.release(1'000); }
  void StartExecutor(Executor::Options options = {}) {
    executor_.emplace(options, context_);
    ASSERT_TRUE(executor_->Start().ok());
  }
  // Every request from `offset` on waits until the test lets it go.
  void HoldRequestsFrom(int offset) {
    on_request_ = [this, offset](int asked) -> std::optional<absl::StatusOr<http::Response>> {
      if (asked < offset) return std::nullopt;
      held_.release();
      hold_.acquire();
      return std::nullopt;
    };
  }
  void AwaitEnded(const std::string& run_id) {
    while (!resources_.PagesOf(run_id).Get().ended) std::this_thread::yield();
  }
  void AwaitState(const std::string& run_id, model::RunState state) {
    while (table_.Get(run_id).state != state) std::this_thread::yield();
  }

  std::counting_semaphore<> held_{0};
  std::counting_semaphore<> hold_{0};
  std::optional<Executor> executor_;
};

TEST_F(ExecutorTest, RunsWhatIsQueued) {
  Enqueue("a");
  Enqueue("b");
  StartExecutor();
  AwaitEnded("a");
  AwaitEnded("b");
  Enqueue("c");
  executor_->Poke();
  AwaitEnded("c");
}

TEST_F(ExecutorTest, ThePollFindsARunWithoutAPoke) {
  StartExecutor();
  clock_.AwaitWaiters(2);
  Enqueue("a");
  clock_.Advance(std::chrono::milliseconds(1'200));
  AwaitEnded("a");
}

TEST_F(ExecutorTest, HasNoMoreRunsThanItMay) {
  HoldRequestsFrom(0);
  for (const char* id : {"a", "b", "c"}) Enqueue(id);
  StartExecutor({.run_count_max = 2});
  held_.acquire();
  held_.acquire();
  executor_->Poke();
  EXPECT_EQ(executor_->run_count(), 2);
  EXPECT_EQ(table_.Get("c").state, model::RunState::kQueued);
  hold_.release(1'000);  // a finished run makes room by itself
  for (const char* id : {"a", "b", "c"}) AwaitEnded(id);
}

TEST_F(ExecutorTest, ACancelReachesARunThatWaitsForItsVendor) {
  on_request_ = [this](int) -> std::optional<absl::StatusOr<http::Response>> {
    held_.release();
    return test::JsonResponse("{}", 503);  // then waits for its next try on the clock
  };
  Enqueue("a");
  StartExecutor();
  held_.acquire();
  ASSERT_TRUE(table_.RequestCancel("a").ok());
  clock_.AwaitWaiters(3);
  while (table_.Get("a").state != model::RunState::kCancelled) {
    clock_.Advance(std::chrono::milliseconds(100));
    std::this_thread::yield();
  }
  EXPECT_EQ(Kinds("a").back(), "ended");
}

TEST_F(ExecutorTest, StopHandsRunsBack) {
  HoldRequestsFrom(2);
  Enqueue("a");
  StartExecutor();
  held_.acquire();
  std::jthread stopper([this] { executor_->Stop(); });
  hold_.release(1'000);
  stopper.join();
  EXPECT_EQ(executor_->run_count(), 0);
  const auto row = table_.Get("a");
  if (!resources_.PagesOf("a").Get().ended) {
    EXPECT_EQ(row.state, model::RunState::kQueued);
    EXPECT_EQ(Kinds("a").back(), "released");
  }
  executor_->Stop();
}

TEST_F(ExecutorTest, ALostWorkerWritesNothing) {
  HoldRequestsFrom(2);
  Enqueue("a");
  StartExecutor();
  held_.acquire();
  executor_->LoseAll();
  hold_.release(1'000);
  executor_->Stop();
  EXPECT_THAT(Kinds("a"), testing::ElementsAre("queued", "started"));
  EXPECT_LE(resources_.PagesOf("a").Get().page_number, 1);
  Enqueue("b");
  executor_->Poke();
  EXPECT_EQ(table_.Get("b").state, model::RunState::kQueued);
}

TEST_F(ExecutorTest, ARunThatAnotherWorkerTookIsStopped) {
  on_request_ = [this](int) -> std::optional<absl::StatusOr<http::Response>> {
    held_.release();
    return test::JsonResponse("{}", 503);
  };
  Enqueue("a");
  StartExecutor();
  held_.acquire();
  {
    const std::lock_guard lock(table_.mutex);
    table_.rows["a"].owner = "other";
    ++table_.rows["a"].run.epoch;
  }
  while (executor_->run_count() > 0) {
    clock_.Advance(std::chrono::milliseconds(100));
    std::this_thread::yield();
  }
  EXPECT_EQ(table_.Get("a").state, model::RunState::kRunning);
}

TEST_F(ExecutorTest, ARunPastItsDeadlineEnds) {
  Definition definition = MakeDefinition();
  definition.integration.mutable_limits()->mutable_run_duration_max()->set_seconds(10);
  on_request_ = [this](int) -> std::optional<absl::StatusOr<http::Response>> {
    held_.release();
    http::Response response = test::JsonResponse("{}", 429);
    response.headers.Add("Retry-After", "25");
    return response;
  };
  Enqueue("a", definition);
  StartExecutor();
  held_.acquire();
  while (table_.Get("a").state != model::RunState::kFailed) {
    clock_.Advance(std::chrono::seconds(1));
    std::this_thread::yield();
  }
  EXPECT_EQ(table_.Get("a").ending.error.reason, "RUN_TOO_LONG");
}

TEST_F(ExecutorTest, StopsWithoutStart) {
  executor_.emplace(Executor::Options{}, context_);
  executor_->Stop();
}

}  // namespace
}  // namespace syncline::run
