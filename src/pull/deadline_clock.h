#pragma once

#include <atomic>
#include <stop_token>

#include "base/clock.h"

namespace syncline::pull {

// A clock for what must be over by one instant: a wait that would end later is not begun, and ends
// as if it had been stopped. Made per call; `inner` must outlive it. Safe for concurrent use.
class DeadlineClock final : public base::Clock {
 public:
  DeadlineClock(const base::Clock& inner, base::SteadyTime deadline)
      : inner_(inner), deadline_(deadline) {}

  base::Time Now() const override { return inner_.Now(); }
  base::SteadyTime SteadyNow() const override { return inner_.SteadyNow(); }
  bool WaitUntil(base::SteadyTime until, std::stop_token stop) const override {
    if (until <= deadline_) return inner_.WaitUntil(until, std::move(stop));
    refused_ = true;
    return false;
  }
  // Whether there was such a wait.
  bool refused() const { return refused_; }

 private:
  const base::Clock& inner_;
  const base::SteadyTime deadline_;
  mutable std::atomic<bool> refused_ = false;
};

}  // namespace syncline::pull
