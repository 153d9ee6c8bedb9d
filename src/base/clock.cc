#include "base/clock.h"

#include <condition_variable>
#include <mutex>

namespace syncline::base {

Time SystemClock::Now() const { return std::chrono::system_clock::now(); }

SteadyTime SystemClock::SteadyNow() const { return std::chrono::steady_clock::now(); }

bool SystemClock::WaitUntil(SteadyTime deadline, std::stop_token stop) const {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_until(lock, stop, deadline, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace syncline::base
