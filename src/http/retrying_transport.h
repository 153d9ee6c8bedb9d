#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "base/reason.h"
#include "http/backoff.h"
#include "http/transport.h"

namespace syncline::http {

// A pause before the next try, as people see it ("waits 30 s: the vendor asks to slow down").
struct Wait {
  base::Reason reason = base::Reason::kVendorError;
  std::string message;
  std::chrono::milliseconds delay{0};
  int next_attempt = 2;
};

struct RetryLimits {
  int attempt_count_max = 5;  // tries of one request, the first one included
  // A vendor that asks for a longer pause ends the request: VENDOR_THROTTLED with that pause.
  std::chrono::milliseconds retry_after_max{std::chrono::minutes(15)};
  Backoff backoff;
};

// Tries again what may pass by itself: 408, 429, 500, 502, 503, 504, VENDOR_UNREACHABLE,
// VENDOR_TIMEOUT and BODY_TRUNCATED, and what a sign-in below tells of its provider, VENDOR_ERROR
// and VENDOR_THROTTLED, as often as the limits allow. When they are used up, 429 ends
// as VENDOR_THROTTLED, a transport error as itself, and any other answer is returned to be judged
// above. Waits on the clock and ends with CANCELLED when stopped.
// Made per run; as safe for concurrent use as `inner` and `on_wait` are.
class RetryingTransport final : public Transport {
 public:
  using OnWait = std::function<void(const Wait&)>;

  // `inner`, `clock` and `random` must outlive this. `on_wait` may be empty.
  RetryingTransport(Transport& inner, const RetryLimits& limits, const base::Clock& clock,
                    base::Random& random, OnWait on_wait);

  absl::StatusOr<Response> Send(const Request& request, const TransportLimits& limits,
                                std::stop_token stop) override;

  // Requests that went out so far, tries included.
  std::int64_t request_count() const { return request_count_.load(std::memory_order_relaxed); }

 private:
  absl::Status Pause(const Wait& wait, std::stop_token stop) const;

  Transport& inner_;
  const RetryLimits limits_;
  const base::Clock& clock_;
  base::Random& random_;
  const OnWait on_wait_;
  std::atomic<std::int64_t> request_count_ = 0;
};

}  // namespace syncline::http
