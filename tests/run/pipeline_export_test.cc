// What becomes of an export job with the run that ordered it.
#include <gmock/gmock.h>

#include <algorithm>
#include <semaphore>

#include "run/pipeline.h"
#include "tests/run/run_fixture.h"

namespace syncline::run {
namespace {

constexpr const char* kRun = "run";

class PipelineExportTest : public RunFixture {
 protected:
  PipelineExportTest() : RunFixture(test::FakeClock::Waits::kJump) {}

  void Order() {
    Definition definition = MakeDefinition();
    v1::Integration& integration = definition.integration;
    integration.clear_pagination();
    integration.mutable_request()->set_url("https://vendor.example/e/{{job}}/{{part}}");
    v1::ExportJob& job = *integration.mutable_export_job();
    job.mutable_create()->set_url("https://vendor.example/e");
    job.mutable_create()->set_method(v1::Request::METHOD_POST);
    job.set_job("response.id");
    job.mutable_poll()->set_url("https://vendor.example/e/{{job}}");
    job.set_ready_when("response.parts");
    job.mutable_poll_interval()->set_seconds(poll_interval_);
    job.set_parts("response.parts");
    job.mutable_clean_up()->set_url("https://vendor.example/e/{{job}}");
    job.mutable_clean_up()->set_method(v1::Request::METHOD_DELETE);
    Enqueue(kRun, definition);
  }
  void RunOnce() { Pipeline(exporting_context_, Claim(), control_).Run(); }

  absl::StatusOr<http::Response> Serve(const http::Request& request) {
    const std::string asked = std::string(http::MethodName(request.method)) + request.url.path;
    {
      const std::lock_guard lock(mutex_);
      sent_.push_back(asked);
    }
    if (asked == "POST/e") return test::JsonResponse(R"({"id":"j"})");
    if (asked == "GET/e/j") {
      if (on_poll_) on_poll_();
      return test::JsonResponse(ready_ ? R"({"parts":[1,2]})" : "{}");
    }
    if (asked == "DELETE/e/j") {
      if (on_clean_up_) on_clean_up_();
      return http::Response{.status = 204};
    }
    const std::string part = request.url.path.substr(5);
    return test::JsonResponse(R"([{"email":"user-)" + part + R"(@vendor.example"}])", part_status_);
  }
  std::int64_t CountOf(const std::string& asked) {
    const std::lock_guard lock(mutex_);
    return std::ranges::count(sent_, asked);
  }
  test::InMemoryPages& pages() { return resources_.PagesOf(kRun); }
  test::InMemoryRunTable::Row Row() { return table_.Get(kRun); }
  // A run that stops in its wait, in the middle of the first poll.
  void StopDuringTheWait(StopCause cause) {
    ready_ = false;
    std::binary_semaphore stopped{0};
    resources_.on_commit = [&](const load::PageCommit&) {
      control_.Stop(cause);
      stopped.release();
    };
    on_poll_ = [&] { EXPECT_TRUE(stopped.try_acquire_for(std::chrono::seconds(20))); };
    Order();
    RunOnce();
    on_poll_ = nullptr;
    resources_.on_commit = nullptr;
  }

  int poll_interval_ = 10;  // seconds
  std::mutex mutex_;
  std::vector<std::string> sent_;  // guarded by mutex_
  std::atomic<bool> ready_ = true;
  std::atomic<int> part_status_ = 200;
  std::function<void()> on_poll_;
  std::function<void()> on_clean_up_;
  FunctionTransport exporting_{[this](const http::Request& request) { return Serve(request); }};
  RunContext exporting_context_{queue_, feed_,   resources_, exporting_,
                                clock_, random_, *logger_,   [this] { return trusted_until_; }};
  RunControl control_;
};

TEST_F(PipelineExportTest, IsCleanedUpAfterTheLastCommit) {
  bool ended = false;
  on_clean_up_ = [&] { ended = pages().Get().ended; };
  Order();
  RunOnce();
  EXPECT_TRUE(pages().Get().ended);
  EXPECT_EQ(pages().Get().page_number, 3) << "the order, and two parts";
  EXPECT_EQ(pages().Get().counters.records, 2);
  EXPECT_EQ(CountOf("DELETE/e/j"), 1);
  EXPECT_TRUE(ended);
}

TEST_F(PipelineExportTest, IsCleanedUpAfterAFailureIsWritten) {
  part_status_ = 400;
  model::RunState state = model::RunState::kRunning;
  on_clean_up_ = [&] { state = Row().state; };
  Order();
  RunOnce();
  EXPECT_EQ(CountOf("DELETE/e/j"), 1);
  EXPECT_EQ(state, model::RunState::kFailed);
}

TEST_F(PipelineExportTest, IsLeftToTheNextAttemptWhenTheRunIsHandedBack) {
  StopDuringTheWait(StopCause::kDraining);
  EXPECT_EQ(Row().state, model::RunState::kQueued);
  EXPECT_EQ(CountOf("DELETE/e/j"), 0);

  CarryProgress(kRun);
  ready_ = true;
  RunControl next;
  Pipeline(exporting_context_, Claim(), next).Run();
  EXPECT_TRUE(pages().Get().ended);
  EXPECT_EQ(CountOf("POST/e"), 1);
  EXPECT_EQ(CountOf("DELETE/e/j"), 1);
}

TEST_F(PipelineExportTest, ALongPauseGivesTheWorkerBack) {
  poll_interval_ = 60;
  ready_ = false;
  Order();
  RunOnce();
  EXPECT_EQ(Row().state, model::RunState::kQueued);
  EXPECT_EQ(Row().wait.reason, "EXPORT_JOB_TIMEOUT");
  EXPECT_EQ(Row().run.parked, std::chrono::seconds(60));
  EXPECT_EQ(Row().run.attempt, 0) << "no attempt that failed";
  EXPECT_EQ(pages().Get().page_number, 1) << "the order is committed";
  EXPECT_EQ(clock_.SteadyNow().time_since_epoch(), std::chrono::seconds(0)) << "nobody waited";

  clock_.Advance(std::chrono::seconds(60));
  CarryProgress(kRun);
  ready_ = true;
  RunControl next;
  Pipeline(exporting_context_, Claim(), next).Run();
  EXPECT_TRUE(pages().Get().ended);
  EXPECT_EQ(pages().Get().counters.records, 2);
  EXPECT_EQ(CountOf("POST/e"), 1);
  EXPECT_EQ(CountOf("GET/e/j"), 2) << "one poll each";
  EXPECT_EQ(CountOf("DELETE/e/j"), 1);
  EXPECT_THAT(Kinds(kRun), testing::ElementsAre("queued", "started", "waiting", "started"));
}

TEST_F(PipelineExportTest, TheTimeoutCountsWhatTheRunWasParked) {
  poll_interval_ = 3600;
  ready_ = false;
  Order();
  RunOnce();
  EXPECT_EQ(Row().state, model::RunState::kQueued);
  clock_.Advance(std::chrono::hours(1));  // the default
  CarryProgress(kRun);
  RunControl next;
  Pipeline(exporting_context_, Claim(), next).Run();
  EXPECT_EQ(Row().state, model::RunState::kFailed);
  EXPECT_EQ(Row().ending.error.reason, "EXPORT_JOB_TIMEOUT");
  EXPECT_EQ(CountOf("POST/e"), 1);
  EXPECT_EQ(CountOf("DELETE/e/j"), 1);
}

TEST_F(PipelineExportTest, IsCleanedUpWhenAParkedRunIsCancelled) {
  poll_interval_ = 60;
  ready_ = false;
  Order();
  RunOnce();
  EXPECT_EQ(CountOf("DELETE/e/j"), 0);
  CarryProgress(kRun);
  queue::ClaimedRun run = Claim();
  run.cancel_requested = true;
  RunControl next;
  next.Stop(StopCause::kCancelled);  // who watches for that may be quicker than the walk
  Pipeline(exporting_context_, run, next).Run();
  EXPECT_EQ(Row().state, model::RunState::kCancelled);
  EXPECT_EQ(CountOf("GET/e/j"), 1) << "nothing else is asked";
  EXPECT_EQ(CountOf("DELETE/e/j"), 1);
}

TEST_F(PipelineExportTest, IsLeftAloneWhenTheRunIsAnothers) {
  StopDuringTheWait(StopCause::kLost);
  EXPECT_EQ(CountOf("POST/e"), 1);
  EXPECT_EQ(CountOf("DELETE/e/j"), 0);
}

TEST_F(PipelineExportTest, IsCleanedUpWhenTheRunIsCancelled) {
  StopDuringTheWait(StopCause::kCancelled);
  EXPECT_EQ(Row().state, model::RunState::kCancelled);
  EXPECT_EQ(CountOf("DELETE/e/j"), 1);
}

TEST_F(PipelineExportTest, IsCleanedUpWhenTheRunIsCancelledBetweenTwoAttempts) {
  StopDuringTheWait(StopCause::kDraining);
  CarryProgress(kRun);
  queue::ClaimedRun run = Claim();
  run.cancel_requested = true;
  const std::int64_t polls = CountOf("GET/e/j");
  RunControl next;
  Pipeline(exporting_context_, run, next).Run();
  EXPECT_EQ(Row().state, model::RunState::kCancelled);
  EXPECT_EQ(CountOf("DELETE/e/j"), 1);
  EXPECT_EQ(CountOf("GET/e/j"), polls) << "nothing else is asked";
}

TEST_F(PipelineExportTest, ACancelEndsTheRunWhateverStandsInTheWayOfCleaningUp) {
  StopDuringTheWait(StopCause::kDraining);
  CarryProgress(kRun);
  queue::ClaimedRun run = Claim();
  run.cancel_requested = true;
  resources_.on_open = [] { return base::Error(base::Reason::kCredentialCorrupt, "broken"); };
  RunControl next;
  Pipeline(exporting_context_, run, next).Run();
  EXPECT_EQ(Row().state, model::RunState::kCancelled);
}

}  // namespace
}  // namespace syncline::run
