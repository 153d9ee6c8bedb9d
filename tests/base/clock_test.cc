#include "base/clock.h"

#include <gtest/gtest.h>

#include <thread>

namespace syncline::base {
namespace {

TEST(SystemClockTest, WaitEndsAtItsDeadline) {
  const SystemClock clock;
  const SteadyTime start = clock.SteadyNow();
  EXPECT_TRUE(clock.WaitFor(std::chrono::milliseconds(5), {}));
  EXPECT_GE(clock.SteadyNow() - start, std::chrono::milliseconds(5));
}

TEST(SystemClockTest, StopEndsAWaitAtOnce) {
  const SystemClock clock;
  std::stop_source stop;
  bool waited_out = true;
  {
    std::jthread waiter(
        [&] { waited_out = clock.WaitFor(std::chrono::hours(1), stop.get_token()); });
    stop.request_stop();
  }
  EXPECT_FALSE(waited_out);
}

}  // namespace
}  // namespace syncline::base
