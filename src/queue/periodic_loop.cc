#include "queue/periodic_loop.h"

namespace syncline::queue {
namespace {

constexpr double kJitter = 0.2;

}  // namespace

void PeriodicLoop::Start(std::chrono::milliseconds period, Chore chore) {
  thread_ = std::jthread([this, period, chore = std::move(chore)](std::stop_token stop) {
    Run(period, chore, std::move(stop));
  });
}

void PeriodicLoop::Stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  Poke();
  thread_.join();
}

void PeriodicLoop::Poke() {
  const std::lock_guard lock(mutex_);
  wake_.request_stop();
}

void PeriodicLoop::Run(std::chrono::milliseconds period, const Chore& chore, std::stop_token stop) {
  while (!stop.stop_requested()) {
    chore(stop);
    Wait(period, stop);
  }
}

void PeriodicLoop::Wait(std::chrono::milliseconds period, std::stop_token stop) {
  const double factor = 1 - kJitter + 2 * kJitter * random_.Fraction();
  std::stop_token wake;
  {
    const std::lock_guard lock(mutex_);
    wake = wake_.get_token();
  }
  if (!stop.stop_requested()) {
    clock_.WaitFor(std::chrono::duration_cast<std::chrono::nanoseconds>(period * factor), wake);
  }
  const std::lock_guard lock(mutex_);
  if (wake_.stop_requested()) wake_ = std::stop_source();
}

}  // namespace syncline::queue
