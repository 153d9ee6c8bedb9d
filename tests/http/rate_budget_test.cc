#include "http/rate_budget.h"

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "base/status.h"
#include "tests/http/rate_budget_fixture.h"

namespace syncline::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::FakeClock;

TEST_F(RateBudgetTest, WithoutALimitNothingWaitsAndTheFleetIsAskedRarely) {
  RateBudget& budget = Make({});
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(Ask(budget).ok());
  EXPECT_EQ(Elapsed(), 0);
  EXPECT_EQ(store_->takes, 1);
}

TEST_F(RateBudgetTest, KeepsToTheRateWithAboutOneStatementASecond) {
  RateBudget& budget = Make({.requests_per_second = 50});
  for (int i = 0; i < 1'001; ++i) ASSERT_TRUE(Ask(budget).ok());
  EXPECT_NEAR(Elapsed(), 20.0, 0.5);
  EXPECT_LT(store_->takes, 45);
}

TEST_F(RateBudgetTest, SlowRatesAreKeptToo) {
  RateBudget& budget = Make({.requests_per_second = 0.05});
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(Ask(budget).ok());
  EXPECT_NEAR(Elapsed(), 60.0, 0.1);
  EXPECT_FALSE(shown_.empty());
  EXPECT_EQ(shown_.back().reason, base::Reason::kRateLimited);
}

TEST_F(RateBudgetTest, ABurstGoesAtOnceAfterASilence) {
  RateBudget& budget = Make({.requests_per_second = 1, .burst = 5});
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Ask(budget).ok());
  EXPECT_EQ(Elapsed(), 0);
  ASSERT_TRUE(Ask(budget).ok());
  EXPECT_NEAR(Elapsed(), 1.0, 0.01);
  clock_.Advance(seconds(100));
  const double before = Elapsed();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Ask(budget).ok());
  EXPECT_EQ(Elapsed(), before);
}

// By turns, so each leaves slots of its batches unused while the other one waits: the rate is never
// exceeded, and most of it is used.
TEST_F(RateBudgetTest, TwoWorkersShareOneRate) {
  RateBudget& first = Make({.requests_per_second = 10});
  RateBudget& second = Make({.requests_per_second = 10}, "w2");
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(Ask(first).ok());
    ASSERT_TRUE(Ask(second).ok());
  }
  EXPECT_GT(Elapsed(), 19.0);
  EXPECT_LT(Elapsed(), 30.0);
}

TEST_F(RateBudgetTest, WhoseTurnItIsGoesFirst) {
  // A clock that stands: all wait behind the first request.
  FakeClock clock;
  LocalBudgetStore store({.requests_per_second = 1}, clock);
  RateBudget standing({.requests_per_second = 1}, "w", store, clock, random_);
  const Patience patience(clock, {});
  ASSERT_TRUE(standing.Acquire("busy", false, patience, {}).ok());
  std::mutex mutex;
  std::vector<std::string> order;
  const auto ask = [&](const char* name) {
    ASSERT_TRUE(standing.Acquire(name, false, patience, {}).ok());
    const std::lock_guard lock(mutex);
    order.emplace_back(name);
  };
  std::vector<std::jthread> threads;
  for (const char* name : {"busy", "busy", "quiet"}) {
    threads.emplace_back(ask, name);
    clock.AwaitWaiters(static_cast<int>(threads.size()));
  }
  for (std::size_t done = 1; done <= 3; ++done) {
    clock.Advance(seconds(1));
    while (true) {
      const std::lock_guard lock(mutex);
      if (order.size() >= done) break;
    }
  }
  threads.clear();
  EXPECT_THAT(order, testing::ElementsAre("quiet", "busy", "busy"));
}

TEST_F(RateBudgetTest, ALongWaitParksAndItsSlotIsPaid) {
  RateBudget& budget = Make({.requests_per_second = 0.01});
  ASSERT_TRUE(Ask(budget).ok());
  const auto park = ParkOf(Ask(budget));
  ASSERT_TRUE(park.has_value());
  EXPECT_EQ(park->wait.reason, base::Reason::kRateLimited);
  EXPECT_EQ(park->wait.delay, seconds(100));
  EXPECT_TRUE(park->paid);
  // Others line up behind it.
  EXPECT_EQ(ParkOf(Ask(budget))->wait.delay, seconds(200));
  clock_.Advance(seconds(100));
  EXPECT_TRUE(Ask(budget, true).ok());
  EXPECT_EQ(Elapsed(), 100.0);
}

TEST_F(RateBudgetTest, NobodyWaitsForAWeek) {
  RateBudget& budget = Make({.requests_per_second = 0.001});
  base::Reason reason = base::Reason::kInternal;
  int parked = 0;
  for (; parked < 1'000; ++parked) {
    const absl::Status status = Ask(budget);
    if (status.ok()) continue;
    reason = base::ReasonOf(status);
    if (!ParkOf(status).has_value()) break;
  }
  EXPECT_EQ(reason, base::Reason::kRateLimited);
  EXPECT_NEAR(parked, 7 * 86'400 / 1'000, 3);
}

TEST_F(RateBudgetTest, WhatTheVendorSaysHoldsForTheFleet) {
  RateBudget& first = Make({});
  RateBudget& second = Make({}, "w2");
  ASSERT_TRUE(Ask(first).ok());
  first.Observe(Throttled("20"));
  EXPECT_EQ(store_->blocks, 1);
  ASSERT_TRUE(Ask(second).ok());
  EXPECT_EQ(Elapsed(), 20.0);
  ASSERT_TRUE(Ask(first).ok());
  EXPECT_EQ(Elapsed(), 20.0);
}

TEST_F(RateBudgetTest, AnotherWorkerHearsOfItWithinASecondAndThenAsksNoMore) {
  RateBudget& first = Make({});
  RateBudget& second = Make({}, "w2");
  ASSERT_TRUE(Ask(second).ok());
  first.Observe(Throttled("25"));
  ASSERT_TRUE(Ask(second).ok()) << "it has not heard";
  clock_.Advance(RateBudget::kShareLife);
  const int takes = store_->takes;
  ASSERT_TRUE(Ask(second).ok());
  EXPECT_EQ(Elapsed(), 25.0);
  EXPECT_LE(store_->takes - takes, 2) << "before the pause and after it";
}

TEST_F(RateBudgetTest, ABlockIsToldOnce) {
  RateBudget& budget = Make({});
  for (int i = 0; i < 100; ++i) budget.Observe(Throttled("20"));
  EXPECT_EQ(store_->blocks, 1);
  budget.Observe(Throttled("60"));
  EXPECT_EQ(store_->blocks, 2);
  budget.Observe(Response{.status = 429});
  EXPECT_EQ(store_->blocks, 2);
}

TEST_F(RateBudgetTest, AUsedUpBudgetIsWaitedOutBeforeThe429) {
  RateBudget& budget = Make({});
  Response last{.status = 200};
  last.headers.Add("RateLimit", "\"hour\";r=0;t=25");
  ASSERT_TRUE(Ask(budget).ok());
  budget.Observe(last);
  ASSERT_TRUE(Ask(budget).ok());
  EXPECT_EQ(Elapsed(), 25.0);
}

TEST_F(RateBudgetTest, ALongBlockParksWithSomeJitterAndWithoutASlot) {
  RateBudget& budget = Make({.requests_per_second = 100});
  budget.Observe(Throttled("3600"));
  const auto park = ParkOf(Ask(budget));
  ASSERT_TRUE(park.has_value());
  EXPECT_EQ(park->wait.reason, base::Reason::kVendorThrottled);
  EXPECT_GE(park->wait.delay, seconds(3'600));
  EXPECT_LE(park->wait.delay, seconds(3'630));
  EXPECT_FALSE(park->paid);
}

TEST_F(RateBudgetTest, PlacesAreTakenAndGivenBack) {
  RateBudget& budget = Make({.concurrent_request_count = 2});
  {
    const auto first = budget.Acquire("list", false, patience_, {});
    const auto second = budget.Acquire("list", false, patience_, {});
    ASSERT_TRUE(first.ok() && second.ok());
    const auto third = ParkOf(Ask(budget));
    ASSERT_TRUE(third.has_value()) << "both stay on the wire";
    EXPECT_GT(Elapsed(), 30.0);
    EXPECT_EQ(third->wait.reason, base::Reason::kRateLimited);
  }
  EXPECT_TRUE(Ask(budget).ok());
}

TEST_F(RateBudgetTest, APlaceThatNobodyUsesGoesBackToTheFleet) {
  RateBudget& first = Make({.concurrent_request_count = 1});
  RateBudget& second = Make({.concurrent_request_count = 1}, "w2");
  ASSERT_TRUE(Ask(first).ok());
  EXPECT_FALSE(first.HasNothing());
  clock_.Advance(RateBudget::kIdleMax);
  first.Tick();
  EXPECT_TRUE(first.HasNothing());
  ASSERT_TRUE(Ask(second).ok());
  EXPECT_LT(Elapsed(), 3.0);
}

TEST_F(RateBudgetTest, AStopEndsTheWait) {
  RateBudget& budget = Make({.requests_per_second = 1});
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(base::ReasonOf(Ask(budget, false, stop.get_token())), base::Reason::kCancelled);
  EXPECT_TRUE(Ask(budget).ok()) << "and leaves nothing behind";
  EXPECT_EQ(Elapsed(), 0);
}

// Threads of two workers over one store keep to its places at every moment.
TEST(RateBudgetThreads, NeverMoreOnTheWireThanThereArePlaces) {
  const base::SystemClock clock;
  base::SeededRandom random(1);
  const RateLimit limit{.concurrent_request_count = 3};
  LocalBudgetStore store(limit, clock);
  RateBudget first(limit, "w1", store, clock, random);
  RateBudget second(limit, "w2", store, clock, random);
  const Patience patience(clock, {});
  std::atomic<int> on_the_wire = 0;
  std::atomic<int> most = 0;
  std::atomic<int> done = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        RateBudget& budget = i % 2 == 0 ? first : second;
        for (int round = 0; round < 50; ++round) {
          const auto permit = budget.Acquire(i < 4 ? "a" : "b", false, patience, {});
          ASSERT_TRUE(permit.ok());
          const int now = ++on_the_wire;
          int seen = most;
          while (now > seen && !most.compare_exchange_weak(seen, now)) {
          }
          std::this_thread::yield();
          --on_the_wire;
          ++done;
        }
      });
    }
    std::jthread ticker([&](std::stop_token stop) {
      while (!stop.stop_requested()) {
        first.Tick();
        second.Tick();
        clock.WaitFor(milliseconds(100), stop);
      }
    });
    threads.clear();
  }
  EXPECT_EQ(done, 400);
  EXPECT_LE(most, 3);
  EXPECT_GE(most, 2);
}

// One that could use all of the rate, with many at once, beside one that asks one by one.
TEST(RateBudgetThreads, AWorkerWithManyRequestsLeavesAnotherItsShare) {
  const base::SystemClock clock;
  base::SeededRandom random(1);
  const RateLimit limit{.requests_per_second = 400};
  LocalBudgetStore store(limit, clock);
  RateBudget greedy(limit, "w1", store, clock, random);
  RateBudget modest(limit, "w2", store, clock, random);
  const Patience patience(clock, {});
  std::atomic<int> total = 0;
  std::atomic<int> modest_count = 0;
  const auto ask = [&](RateBudget& budget, const char* integration, std::atomic<int>* own) {
    while (total < 1'200) {
      ASSERT_TRUE(budget.Acquire(integration, false, patience, {}).ok());
      ++total;
      if (own != nullptr) ++*own;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i) threads.emplace_back([&] { ask(greedy, "a", nullptr); });
    threads.emplace_back([&] { ask(modest, "b", &modest_count); });
  }
  EXPECT_GT(modest_count, 300) << "half would be its own, once both have found out";
}

}  // namespace
}  // namespace syncline::http
