#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/status.h"
#include "model/run_event.h"
#include "queue/run_queue.h"

namespace syncline::test {

// What every RunQueue must do. An implementation's test brings a harness and instantiates the
// suite.
class RunQueueHarness {
 public:
  virtual ~RunQueueHarness() = default;
  // The queues of two living workers.
  virtual queue::RunQueue& first() = 0;
  virtual queue::RunQueue& second() = 0;
  // Queues a run of an integration of its own; returns its id.
  virtual std::string Enqueue() = 0;
  virtual absl::Status RequestCancel(const std::string& run_id) = 0;
  virtual std::vector<model::RunEvent> Events(const std::string& run_id) = 0;
  virtual model::RunState State(const std::string& run_id) = 0;
  virtual std::string WaitReason(const std::string& run_id) = 0;
};

class RunQueueContract
    : public testing::TestWithParam<std::function<std::unique_ptr<RunQueueHarness>()>> {
 protected:
  void SetUp() override {
    harness_ = GetParam()();
    if (harness_ == nullptr) GTEST_SKIP() << "SKIPPED: no PostgreSQL binaries";
  }
  queue::ClaimedRun ClaimOne(queue::RunQueue& queue) {
    auto claimed = queue.Claim(1);
    EXPECT_TRUE(claimed.ok()) << claimed.status().ToString();
    EXPECT_EQ(claimed->size(), 1U);
    return claimed->at(0);
  }
  std::vector<std::string> Kinds(const std::string& run_id) {
    std::vector<std::string> kinds;
    std::int64_t sequence = 0;
    for (const model::RunEvent& event : harness_->Events(run_id)) {
      EXPECT_EQ(event.sequence, ++sequence) << "I3: dense from 1";
      kinds.emplace_back(model::RunEventKind(event.body));
    }
    return kinds;
  }
  static base::Reason ReasonOf(const absl::Status& status) {
    EXPECT_FALSE(status.ok());
    return status.ok() ? base::Reason::kInternal : base::ReasonOf(status);
  }
  static queue::RunEnding Failed() { return {}; }

  std::unique_ptr<RunQueueHarness> harness_;
};

TEST_P(RunQueueContract, AnEmptyQueueGivesNothing) {
  const auto claimed = harness_->first().Claim(10);
  ASSERT_TRUE(claimed.ok()) << claimed.status().ToString();
  EXPECT_TRUE(claimed->empty());
}

TEST_P(RunQueueContract, AClaimStartsTheRun) {
  const std::string run_id = harness_->Enqueue();
  const queue::ClaimedRun run = ClaimOne(harness_->first());
  EXPECT_EQ(run.run_id, run_id);
  EXPECT_EQ(run.epoch, 1);
  EXPECT_EQ(run.attempt, 1);
  EXPECT_EQ(run.pages_committed, 0);
  EXPECT_EQ(run.checkpoint, "");
  EXPECT_FALSE(run.definition.empty());
  EXPECT_EQ(run.workspace, "default");
  EXPECT_EQ(harness_->State(run_id), model::RunState::kRunning);
  EXPECT_THAT(Kinds(run_id), testing::ElementsAre("queued", "started"));
  EXPECT_TRUE(harness_->second().Claim(1)->empty()) << "one owner";
}

TEST_P(RunQueueContract, ClaimTakesNoMoreThanAskedFor) {
  for (int i = 0; i < 3; ++i) harness_->Enqueue();
  EXPECT_EQ(harness_->first().Claim(2)->size(), 2U);
  EXPECT_EQ(harness_->second().Claim(2)->size(), 1U);
}

TEST_P(RunQueueContract, ManyClaimersNeverShareARun) {
  constexpr int kRuns = 12;
  for (int i = 0; i < kRuns; ++i) harness_->Enqueue();
  std::mutex mutex;
  std::multiset<std::string> claimed;
  {
    std::vector<std::jthread> claimers;
    for (int i = 0; i < 4; ++i) {
      claimers.emplace_back([&, i] {
        queue::RunQueue& queue = i % 2 == 0 ? harness_->first() : harness_->second();
        for (int round = 0; round < kRuns; ++round) {
          const auto runs = queue.Claim(1);
          if (!runs.ok()) continue;
          const std::lock_guard lock(mutex);
          for (const queue::ClaimedRun& run : *runs) claimed.insert(run.run_id);
        }
      });
    }
  }
  EXPECT_EQ(claimed.size(), std::size_t{kRuns});
  EXPECT_EQ(std::set<std::string>(claimed.begin(), claimed.end()).size(), std::size_t{kRuns});
}

TEST_P(RunQueueContract, FinishEndsItOnce) {
  const std::string run_id = harness_->Enqueue();
  const queue::ClaimedRun run = ClaimOne(harness_->first());
  queue::RunEnding ending{
      model::RunState::kFailed, model::Verdict::kLoop, {"PAGINATION_LOOP", "again", {}}};
  ASSERT_TRUE(harness_->first().Finish(run, ending).ok());
  EXPECT_EQ(harness_->State(run_id), model::RunState::kFailed);
  EXPECT_THAT(Kinds(run_id), testing::ElementsAre("queued", "started", "ended"));
  const auto ended = std::get<model::RunEnded>(harness_->Events(run_id).back().body);
  EXPECT_EQ(ended.verdict, model::Verdict::kLoop);
  EXPECT_EQ(ended.error.reason, "PAGINATION_LOOP");
  EXPECT_EQ(ReasonOf(harness_->first().Finish(run, ending)), base::Reason::kRunFenced);
  EXPECT_EQ(ReasonOf(harness_->first().Append(run, model::RunReleased{})),
            base::Reason::kRunFenced);
  EXPECT_THAT(Kinds(run_id), testing::SizeIs(3));
}

TEST_P(RunQueueContract, AWaitIsShown) {
  const std::string run_id = harness_->Enqueue();
  const queue::ClaimedRun run = ClaimOne(harness_->first());
  ASSERT_TRUE(
      harness_->first().Append(run, model::RunWaiting{{"VENDOR_THROTTLED", "429", {}}, 2}).ok());
  EXPECT_EQ(harness_->WaitReason(run_id), "VENDOR_THROTTLED");
  EXPECT_THAT(Kinds(run_id), testing::ElementsAre("queued", "started", "waiting"));
}

TEST_P(RunQueueContract, AReleasedRunIsTheNextClaimersAlone) {
  const std::string run_id = harness_->Enqueue();
  const queue::ClaimedRun before = ClaimOne(harness_->first());
  ASSERT_TRUE(harness_->first().Release(before, "DRAINING").ok());
  EXPECT_EQ(harness_->State(run_id), model::RunState::kQueued);
  const queue::ClaimedRun after = ClaimOne(harness_->second());
  EXPECT_EQ(after.run_id, run_id);
  EXPECT_EQ(after.attempt, 2);
  EXPECT_GT(after.epoch, before.epoch);
  EXPECT_THAT(Kinds(run_id), testing::ElementsAre("queued", "started", "released", "started"));
  // Nothing of the first owner counts any more.
  EXPECT_EQ(ReasonOf(harness_->first().Append(before, model::RunReleased{})),
            base::Reason::kRunFenced);
  EXPECT_EQ(ReasonOf(harness_->first().Release(before, "DRAINING")), base::Reason::kRunFenced);
  EXPECT_EQ(ReasonOf(harness_->first().Finish(before, Failed())), base::Reason::kRunFenced);
  EXPECT_EQ(harness_->State(run_id), model::RunState::kRunning);
}

TEST_P(RunQueueContract, AParkedRunGoesOnAsIfNothingHadFailed) {
  const std::string run_id = harness_->Enqueue();
  const queue::ClaimedRun before = ClaimOne(harness_->first());
  const queue::RunParking parking{.wait = {"VENDOR_THROTTLED", "429", {}},
                                  .delay = std::chrono::milliseconds(0),
                                  .request_attempt = 3,
                                  .paid = true};
  ASSERT_TRUE(harness_->first().Park(before, parking).ok());
  EXPECT_EQ(harness_->State(run_id), model::RunState::kQueued);
  EXPECT_EQ(harness_->WaitReason(run_id), "VENDOR_THROTTLED");
  EXPECT_EQ(ReasonOf(harness_->first().Park(before, parking)), base::Reason::kRunFenced);
  const queue::ClaimedRun after = ClaimOne(harness_->second());
  EXPECT_EQ(after.run_id, run_id);
  EXPECT_EQ(after.attempt, before.attempt);
  EXPECT_GT(after.epoch, before.epoch);
  EXPECT_EQ(after.request_attempt, 3);
  EXPECT_TRUE(after.paid);
  EXPECT_THAT(Kinds(run_id), testing::ElementsAre("queued", "started", "waiting", "started"));
  const auto waiting = std::get<model::RunWaiting>(harness_->Events(run_id).at(2).body);
  EXPECT_TRUE(waiting.parked);
  EXPECT_EQ(waiting.attempt, 3);
}

TEST_P(RunQueueContract, CancelOfAParkedRunEndsItAtOnce) {
  const std::string run_id = harness_->Enqueue();
  const queue::ClaimedRun run = ClaimOne(harness_->first());
  ASSERT_TRUE(harness_->first().Park(run, {.delay = std::chrono::hours(1)}).ok());
  ASSERT_TRUE(harness_->RequestCancel(run_id).ok());
  EXPECT_EQ(harness_->State(run_id), model::RunState::kCancelled);
}

// The cancellation came while the run was parking: nobody waits for its time.
TEST_P(RunQueueContract, ARunThatIsToBeCancelledIsNotParked) {
  harness_->Enqueue();
  const queue::ClaimedRun run = ClaimOne(harness_->first());
  ASSERT_TRUE(harness_->RequestCancel(run.run_id).ok());
  ASSERT_TRUE(harness_->first().Park(run, {.delay = std::chrono::hours(1)}).ok());
  EXPECT_TRUE(ClaimOne(harness_->first()).cancel_requested);
}

TEST_P(RunQueueContract, AnEpochOfItsOwnIsFencedToo) {
  harness_->Enqueue();
  const queue::ClaimedRun before = ClaimOne(harness_->first());
  ASSERT_TRUE(harness_->first().Release(before, "DRAINING").ok());
  const queue::ClaimedRun after = ClaimOne(harness_->first());
  EXPECT_EQ(ReasonOf(harness_->first().Append(before, model::RunReleased{})),
            base::Reason::kRunFenced);
  EXPECT_TRUE(harness_->first().Append(after, model::RunReleased{}).ok());
}

TEST_P(RunQueueContract, CancelOfAQueuedRunEndsItAtOnce) {
  const std::string run_id = harness_->Enqueue();
  ASSERT_TRUE(harness_->RequestCancel(run_id).ok());
  EXPECT_EQ(harness_->State(run_id), model::RunState::kCancelled);
  EXPECT_THAT(Kinds(run_id), testing::ElementsAre("queued", "ended"));
  EXPECT_TRUE(harness_->first().Claim(1)->empty());
  EXPECT_EQ(ReasonOf(harness_->RequestCancel(run_id)), base::Reason::kRunNotActive);
}

TEST_P(RunQueueContract, CancelOfARunningRunReachesItsOwner) {
  const std::string run_id = harness_->Enqueue();
  const queue::ClaimedRun run = ClaimOne(harness_->first());
  EXPECT_TRUE(harness_->first().PollInterrupts({run})->empty());
  ASSERT_TRUE(harness_->RequestCancel(run_id).ok());
  ASSERT_TRUE(harness_->RequestCancel(run_id).ok()) << "asking twice is no error";
  EXPECT_EQ(harness_->State(run_id), model::RunState::kRunning);
  const auto interrupts = harness_->first().PollInterrupts({run});
  ASSERT_EQ(interrupts->size(), 1U);
  EXPECT_EQ(interrupts->at(0).run_id, run_id);
  EXPECT_TRUE(interrupts->at(0).cancelled);
  EXPECT_FALSE(interrupts->at(0).fenced);
}

TEST_P(RunQueueContract, ACancelOutlivesAHandBack) {
  const std::string run_id = harness_->Enqueue();
  const queue::ClaimedRun run = ClaimOne(harness_->first());
  ASSERT_TRUE(harness_->RequestCancel(run_id).ok());
  ASSERT_TRUE(harness_->first().Release(run, "DRAINING").ok());
  EXPECT_TRUE(ClaimOne(harness_->second()).cancel_requested);
}

TEST_P(RunQueueContract, ALostRunIsReportedAsFenced) {
  const std::string run_id = harness_->Enqueue();
  const std::string other_id = harness_->Enqueue();
  const auto runs = harness_->first().Claim(2);
  ASSERT_EQ(runs->size(), 2U);
  ASSERT_TRUE(harness_->first().Release(runs->at(0), "DRAINING").ok());
  const auto interrupts = harness_->first().PollInterrupts(*runs);
  ASSERT_EQ(interrupts->size(), 1U);
  EXPECT_EQ(interrupts->at(0).run_id, runs->at(0).run_id);
  EXPECT_TRUE(interrupts->at(0).fenced);
  EXPECT_TRUE(harness_->first().PollInterrupts({})->empty());
}

}  // namespace syncline::test
