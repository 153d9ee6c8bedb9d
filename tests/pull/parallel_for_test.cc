#include "pull/parallel_for.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <vector>

namespace syncline::pull {
namespace {

TEST(ParallelForTest, DoesEverythingOnce) {
  base::WorkerPool pool(3, 4);
  for (const std::size_t count : {0, 1, 2, 100}) {
    std::vector<std::atomic<int>> done(count);
    ParallelFor(count, 4, &pool, [&](std::size_t i) { return ++done[i] == 1; });
    for (const auto& one : done) EXPECT_EQ(one, 1);
  }
}

TEST(ParallelForTest, RunsAsManyAtATimeAsItMay) {
  base::WorkerPool pool(3, 4);
  std::latch all(4);  // with fewer at a time, nobody would get past it
  ParallelFor(4, 4, &pool, [&](std::size_t) {
    all.arrive_and_wait();
    return true;
  });
  EXPECT_TRUE(all.try_wait());
}

TEST(ParallelForTest, NeverRunsMoreAtATime) {
  base::WorkerPool pool(8, 8);
  std::atomic<int> now = 0;
  std::atomic<int> most = 0;
  ParallelFor(200, 2, &pool, [&](std::size_t) {
    int seen = ++now;
    for (int old = most; seen > old && !most.compare_exchange_weak(old, seen);) {
    }
    --now;
    return true;
  });
  EXPECT_LE(most, 2);
}

TEST(ParallelForTest, WorksAloneWhenThePoolIsBusyOrNone) {
  std::vector<int> order;
  ParallelFor(3, 4, nullptr, [&](std::size_t i) {
    order.push_back(static_cast<int>(i));
    return true;
  });
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));

  base::WorkerPool pool(1, 4);
  std::latch release(1);
  ASSERT_TRUE(pool.Submit([&](std::stop_token) { release.wait(); }).ok());
  std::atomic<int> done = 0;
  ParallelFor(5, 4, &pool, [&](std::size_t) { return ++done > 0; });
  EXPECT_EQ(done, 5);
  release.count_down();
}

TEST(ParallelForTest, LeavesOutTheRestWhenToldTo) {
  int done = 0;
  ParallelFor(10, 1, nullptr, [&](std::size_t i) {
    ++done;
    return i < 3;
  });
  EXPECT_EQ(done, 4);
}

}  // namespace
}  // namespace syncline::pull
