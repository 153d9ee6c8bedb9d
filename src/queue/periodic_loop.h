#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/clock.h"
#include "base/random.h"

namespace syncline::queue {

// Calls a chore again and again on a thread of its own: at once, then each period +/-20 %, so that
// replicas started together do not stay in step. Start and Stop come from one thread, Poke from
// any.
class PeriodicLoop {
 public:
  using Chore = std::function<void(std::stop_token)>;
  PeriodicLoop(const base::Clock& clock, base::Random& random) : clock_(clock), random_(random) {}
  ~PeriodicLoop() { Stop(); }
  PeriodicLoop(const PeriodicLoop&) = delete;
  PeriodicLoop& operator=(const PeriodicLoop&) = delete;

  void Start(std::chrono::milliseconds period, Chore chore);
  // Waits for a chore that is under way, whose stop token says that time is short. May be called
  // twice.
  void Stop();
  // The next call comes now rather than after the period.
  void Poke();

 private:
  void Run(std::chrono::milliseconds period, const Chore& chore, std::stop_token stop);
  void Wait(std::chrono::milliseconds period, std::stop_token stop);

  const base::Clock& clock_;
  base::Random& random_;
  std::mutex mutex_;
  std::stop_source wake_;  // ends the current wait; replaced once used
  std::jthread thread_;
};

}  // namespace syncline::queue
