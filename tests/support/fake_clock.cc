#include "tests/support/fake_clock.h"

#include <algorithm>

namespace syncline::test {
namespace {

constexpr base::Time kBegin{std::chrono::seconds(1'767'225'600)};  // 2026-01-01T00:00:00Z

}  // namespace

base::Time FakeClock::Now() const {
  const std::lock_guard lock(mutex_);
  return kBegin + std::chrono::duration_cast<base::Time::duration>(elapsed_);
}

base::SteadyTime FakeClock::SteadyNow() const {
  const std::lock_guard lock(mutex_);
  return base::SteadyTime(elapsed_);
}

bool FakeClock::WaitUntil(base::SteadyTime deadline, std::stop_token stop) const {
  std::unique_lock lock(mutex_);
  if (waits_ == Waits::kJump) {
    if (!stop.stop_requested()) elapsed_ = std::max(elapsed_, deadline.time_since_epoch());
    return !stop.stop_requested();
  }
  ++waiter_count_;
  changed_.notify_all();
  changed_.wait(lock, stop, [&] { return base::SteadyTime(elapsed_) >= deadline; });
  --waiter_count_;
  return !stop.stop_requested();
}

void FakeClock::Advance(std::chrono::nanoseconds duration) {
  const std::lock_guard lock(mutex_);
  elapsed_ += duration;
  changed_.notify_all();
}

void FakeClock::AwaitWaiters(int count) const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return waiter_count_ >= count; });
}

}  // namespace syncline::test
