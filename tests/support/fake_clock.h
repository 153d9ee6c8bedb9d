#pragma once

#include <condition_variable>
#include <mutex>

#include "base/clock.h"

namespace syncline::test {

// A clock that stands still until it is told to move. Safe for concurrent use. Now and SteadyNow
// move together; they begin at 2026-01-01T00:00:00Z and at zero.
class FakeClock final : public base::Clock {
 public:
  enum class Waits {
    kUntilAdvanced,  // WaitUntil blocks until Advance has passed its deadline
    kJump,  // WaitUntil moves the clock to its deadline and returns: no test waits for a backoff
  };
  explicit FakeClock(Waits waits = Waits::kUntilAdvanced) : waits_(waits) {}

  base::Time Now() const override;
  base::SteadyTime SteadyNow() const override;
  bool WaitUntil(base::SteadyTime deadline, std::stop_token stop) const override;

  void Advance(std::chrono::nanoseconds duration);
  // Returns when at least `count` threads wait on this clock.
  void AwaitWaiters(int count) const;

 private:
  const Waits waits_;
  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  mutable std::chrono::nanoseconds elapsed_{0};
  mutable int waiter_count_ = 0;
};

}  // namespace syncline::test
