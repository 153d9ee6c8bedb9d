#pragma once

#include <chrono>
#include <stop_token>

namespace syncline::base {

// Instants for people and for the wire. Leases and schedules use the database's clock instead.
using Time = std::chrono::system_clock::time_point;
// Instants for waiting and measuring; never compared across processes.
using SteadyTime = std::chrono::steady_clock::time_point;

// The only source of time. Owned by the composition root, passed by reference, safe for concurrent
// use. Tests pass a FakeClock.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time Now() const = 0;
  virtual SteadyTime SteadyNow() const = 0;
  // Waits until `deadline` or until `stop` is requested. Returns false when stopped.
  virtual bool WaitUntil(SteadyTime deadline, std::stop_token stop) const = 0;

  bool WaitFor(std::chrono::nanoseconds duration, std::stop_token stop) const {
    return WaitUntil(SteadyNow() + duration, std::move(stop));
  }
};

// The machine's clocks.
class SystemClock final : public Clock {
 public:
  Time Now() const override;
  SteadyTime SteadyNow() const override;
  bool WaitUntil(SteadyTime deadline, std::stop_token stop) const override;
};

}  // namespace syncline::base
