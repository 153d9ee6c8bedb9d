#include "base/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

#include "base/status.h"

namespace syncline::base {
namespace {

TEST(WorkerPoolTest, RunsEverySubmittedTaskBeforeStopReturns) {
  std::atomic<int> done = 0;
  WorkerPool pool(4, 1000);
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(pool.Submit([&](std::stop_token) { ++done; }).ok());
  }
  pool.Stop();
  EXPECT_EQ(done, 500);
}

TEST(WorkerPoolTest, RefusesWhenTheQueueIsFull) {
  std::latch started(1);
  std::latch release(1);
  WorkerPool pool(1, 2);
  ASSERT_TRUE(pool.Submit([&](std::stop_token) {
                    started.count_down();
                    release.wait();
                  })
                  .ok());
  started.wait();  // the only thread is busy; from here on tasks queue
  EXPECT_TRUE(pool.Submit([](std::stop_token) {}).ok());
  EXPECT_TRUE(pool.Submit([](std::stop_token) {}).ok());
  const absl::Status refused = pool.Submit([](std::stop_token) {});
  EXPECT_EQ(ReasonOf(refused), Reason::kQuotaExceeded);
  EXPECT_TRUE(RetryAfterOf(refused).has_value());
  release.count_down();
}

TEST(WorkerPoolTest, StopTellsRunningTasksAndRefusesNewOnes) {
  std::latch started(1);
  std::atomic<bool> saw_stop = false;
  WorkerPool pool(1, 2);
  ASSERT_TRUE(pool.Submit([&](std::stop_token stop) {
                    std::latch stopped(1);
                    std::stop_callback on_stop(stop, [&] { stopped.count_down(); });
                    started.count_down();
                    stopped.wait();
                    saw_stop = true;
                  })
                  .ok());
  started.wait();
  pool.Stop();
  EXPECT_TRUE(saw_stop);
  EXPECT_EQ(ReasonOf(pool.Submit([](std::stop_token) {})), Reason::kDraining);
  pool.Stop();  // twice is fine
}

}  // namespace
}  // namespace syncline::base
