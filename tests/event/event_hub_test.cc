#include "event/event_hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <semaphore>

#include "tests/contract/event_log_contract.h"
#include "tests/support/in_memory_event_log.h"

namespace syncline::event {
namespace {

using test::InMemoryEventLog;

class InMemoryHarness final : public test::EventLogHarness {
 public:
  EventLog& log() override { return log_; }
  void AddRun(const std::string& run_id) override { log_.AddRun(run_id); }
  void Append(const std::string& run_id, const model::RunEventBody& body) override {
    log_.Append(run_id, body);
  }

 private:
  InMemoryEventLog log_;
};

}  // namespace
}  // namespace syncline::event

namespace syncline::test {
INSTANTIATE_TEST_SUITE_P(InMemory, EventLogContract, testing::Values([] {
                           return std::unique_ptr<EventLogHarness>(new event::InMemoryHarness());
                         }));
}  // namespace syncline::test

namespace syncline::event {
namespace {

constexpr const char* kRun = "run";

class EventHubTest : public testing::Test {
 protected:
  // Commits `count` pages to the log; with `publish`, the hub learns of them as it would by a poll.
  void Commit(int count, bool publish) {
    for (int i = 0; i < count; ++i) {
      committed_ = log_.Append(kRun, model::PageCommitted{.page_number = committed_ + 1});
    }
    if (publish) Poll();
  }
  void Poll() {
    for (const EventHub::Cursor& cursor : hub_.Watched()) {
      const std::int64_t from =
          cursor.last >= 0 ? cursor.last : committed_ - EventFeed::kRingLength;
      hub_.Publish(cursor.run_id, *log_.ReadAfter(kRun, from, 10'000));
    }
  }
  std::unique_ptr<Subscription> Subscribe(std::int64_t after) {
    auto subscription = hub_.Subscribe(kRun, after, [this] { ready_.release(); });
    EXPECT_TRUE(subscription.ok());
    return *std::move(subscription);
  }
  // Takes `count` events, waiting for on_ready between.
  std::vector<std::int64_t> TakeSequences(Subscription& subscription, std::size_t count,
                                          int count_max = 100) {
    std::vector<std::int64_t> sequences;
    while (sequences.size() < count) {
      const Subscription::Batch batch = subscription.Take(count_max);
      EXPECT_LE(batch.events.size(), static_cast<std::size_t>(count_max));
      EXPECT_EQ(batch.skipped_to, 0);
      for (const auto& event : batch.events) sequences.push_back(event->sequence);
      if (batch.events.empty()) ready_.acquire();
    }
    return sequences;
  }
  static std::vector<std::int64_t> Range(std::int64_t first, std::int64_t last) {
    std::vector<std::int64_t> range;
    for (std::int64_t i = first; i <= last; ++i) range.push_back(i);
    return range;
  }

  std::int64_t committed_ = 0;
  InMemoryEventLog log_;
  std::counting_semaphore<> ready_{0};
  EventHub hub_{log_};
};

TEST_F(EventHubTest, LiveEventsComeInOrder) {
  log_.AddRun(kRun);
  const auto subscription = Subscribe(0);
  EXPECT_TRUE(subscription->Take(10).events.empty());
  Commit(3, true);
  EXPECT_EQ(TakeSequences(*subscription, 3, 2), Range(1, 3));
  EXPECT_EQ(subscription->position(), 3);
  Commit(2, true);
  EXPECT_EQ(TakeSequences(*subscription, 2), Range(4, 5));
}

TEST_F(EventHubTest, ResumesInsideTheRing) {
  Commit(20, false);
  const auto subscription = Subscribe(15);
  Poll();
  EXPECT_EQ(TakeSequences(*subscription, 5), Range(16, 20));
}

TEST_F(EventHubTest, OlderEventsThanTheRingHoldsAreLoaded) {
  Commit(900, false);
  const auto subscription = Subscribe(0);
  Poll();
  EXPECT_EQ(TakeSequences(*subscription, 900, 50), Range(1, 900));
}

TEST_F(EventHubTest, AWatcherThatLagsTooMuchIsMovedToTheNewestEvent) {
  Commit(5, false);
  const auto subscription = Subscribe(5);
  Poll();
  Commit(EventFeed::kLagMax + 1, true);
  const Subscription::Batch batch = subscription->Take(100);
  EXPECT_EQ(batch.skipped_to, committed_ - 1);
  ASSERT_EQ(batch.events.size(), 1U);
  EXPECT_EQ(batch.events.front()->sequence, committed_);
}

TEST_F(EventHubTest, ALoadThatFailedIsTriedAgain) {
  Commit(600, false);
  const auto subscription = Subscribe(0);
  Poll();
  log_.Fail(base::Error(base::Reason::kDatabaseUnavailable, "away"));
  while (subscription->Take(10).events.empty()) {
    log_.Fail(absl::OkStatus());
    hub_.RetryStalled();
    std::this_thread::yield();
  }
  EXPECT_GE(subscription->position(), 1);
}

TEST_F(EventHubTest, AfterTheTerminalEventNothingIsPolled) {
  Commit(2, false);
  log_.Append(kRun, model::RunEnded{});
  const auto subscription = Subscribe(0);
  EXPECT_EQ(hub_.Watched().size(), 1U);
  Poll();
  EXPECT_TRUE(hub_.Watched().empty());
  EXPECT_TRUE(hub_.IsWatched(kRun));
  EXPECT_EQ(TakeSequences(*subscription, 3), Range(1, 3));
}

TEST_F(EventHubTest, HolesThatRetentionLeftDoNotHoldUp) {
  // The log keeps nothing older than the ring.
  const auto subscription = Subscribe(3);
  std::vector<model::RunEvent> newest;
  for (std::int64_t i = 501; i <= 510; ++i)
    newest.push_back({i, {}, model::PageCommitted{.page_number = i}});
  log_.AddRun(kRun);
  hub_.Publish(kRun, newest);
  EXPECT_EQ(TakeSequences(*subscription, 10), Range(501, 510));
}

TEST_F(EventHubTest, UnsubscribedIsForgotten) {
  auto first = Subscribe(0);
  auto second = Subscribe(0);
  first.reset();
  EXPECT_TRUE(hub_.IsWatched(kRun));
  second.reset();
  EXPECT_FALSE(hub_.IsWatched(kRun));
  Commit(1, true);
  EXPECT_FALSE(ready_.try_acquire());
}

TEST_F(EventHubTest, ManyWatchersIsRefusedAndStoppedToo) {
  std::vector<std::unique_ptr<Subscription>> subscriptions;
  for (int i = 0; i < EventFeed::kSubscriptionsMax; ++i) subscriptions.push_back(Subscribe(0));
  const auto refused = hub_.Subscribe(kRun, 0, [] {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(base::ReasonOf(refused.status()), base::Reason::kQuotaExceeded);
  subscriptions.clear();
  EXPECT_TRUE(hub_.Subscribe(kRun, 0, [] {}).ok());
  hub_.Stop();
  EXPECT_EQ(base::ReasonOf(hub_.Subscribe(kRun, 0, [] {}).status()), base::Reason::kDraining);
}

}  // namespace
}  // namespace syncline::event
