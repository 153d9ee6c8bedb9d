#pragma once

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "base/clock.h"
#include "store/connection.h"

namespace syncline::store {

// The end of one database call. Sockets wait in the machine's time, so this reads the machine's
// steady clock and not an injected one.
class Connection::Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds timeout)
      : end_(base::SystemClock().SteadyNow() + timeout) {}

  std::chrono::milliseconds Left() const {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end_ - base::SystemClock().SteadyNow());
    return std::max(left, std::chrono::milliseconds(0));
  }

  // Waits for one of `events` on any of the descriptors; false when the time is over.
  bool Wait(pollfd* descriptors, nfds_t count) const {
    for (;;) {
      const int ready = poll(descriptors, count, static_cast<int>(Left().count()));
      if (ready > 0) return true;
      if (ready == 0 && Left().count() == 0) return false;
      if (ready < 0 && errno != EINTR) return false;
    }
  }

  bool Wait(int socket, short events) const {
    pollfd descriptor{.fd = socket, .events = events, .revents = 0};
    return Wait(&descriptor, 1);
  }

 private:
  base::SteadyTime end_;
};

}  // namespace syncline::store
