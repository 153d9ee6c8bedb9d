#include "queue/periodic_loop.h"

#include <gtest/gtest.h>

#include <semaphore>

#include "tests/support/fake_clock.h"

namespace syncline::queue {
namespace {

using std::chrono::milliseconds;

class PeriodicLoopTest : public testing::Test {
 protected:
  test::FakeClock clock_;
  base::SeededRandom random_{1};
  std::counting_semaphore<> calls_{0};
  PeriodicLoop loop_{clock_, random_};
};

TEST_F(PeriodicLoopTest, CallsAtOnceAndThenEachPeriod) {
  loop_.Start(milliseconds(1'000), [this](std::stop_token) { calls_.release(); });
  calls_.acquire();
  clock_.AwaitWaiters(1);
  clock_.Advance(milliseconds(799));
  EXPECT_FALSE(calls_.try_acquire()) << "not before 80 % of the period";
  clock_.Advance(milliseconds(401));
  calls_.acquire();
}

TEST_F(PeriodicLoopTest, APokeCallsNow) {
  loop_.Start(milliseconds(1'000'000), [this](std::stop_token) { calls_.release(); });
  for (int i = 0; i < 3; ++i) {
    calls_.acquire();
    loop_.Poke();
  }
  calls_.acquire();
}

TEST_F(PeriodicLoopTest, APokeDuringTheChoreIsNotLost) {
  std::binary_semaphore go{0};
  loop_.Start(milliseconds(1'000'000), [&](std::stop_token) {
    calls_.release();
    go.acquire();
  });
  calls_.acquire();
  loop_.Poke();
  go.release();
  calls_.acquire();
  go.release();
  loop_.Stop();
}

TEST_F(PeriodicLoopTest, StopsTwiceAndBeforeStart) {
  loop_.Stop();
  loop_.Start(milliseconds(1'000), [](std::stop_token) {});
  loop_.Stop();
  loop_.Stop();
}

}  // namespace
}  // namespace syncline::queue
