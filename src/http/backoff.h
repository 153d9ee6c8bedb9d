#pragma once

#include <chrono>
#include <optional>

namespace syncline::http {

// How long to wait between tries: exponential with full jitter, so that callers which failed
// together do not come back together.
struct Backoff {
  std::chrono::milliseconds base{2'000};  // the longest wait after the first try; doubles each time
  std::chrono::milliseconds max{std::chrono::minutes(15)};  // no wait of ours is longer
};

// The wait after try number `attempt` (from 1): uniform in [0, min(max, base * 2^(attempt - 1))],
// drawn by `fraction` in [0, 1), and never shorter than the vendor's `hint`.
std::chrono::milliseconds DelayAfter(const Backoff& backoff, int attempt,
                                     std::optional<std::chrono::milliseconds> hint,
                                     double fraction);

}  // namespace syncline::http
