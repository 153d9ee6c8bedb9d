#include "cli/interrupt.h"

#include <pthread.h>

#include <ctime>

namespace syncline::cli {

Interrupt::Interrupt() {
  sigemptyset(&interrupt_);
  sigaddset(&interrupt_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &interrupt_, &before_);
}

Interrupt::~Interrupt() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

bool Interrupt::Pending() {
  const timespec no_wait{};
  if (!came_) came_ = sigtimedwait(&interrupt_, nullptr, &no_wait) == SIGINT;
  return came_;
}

}  // namespace syncline::cli
