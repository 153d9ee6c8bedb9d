#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
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

// Why one try is not good enough, and when the next one may be.
struct Trouble {
  base::Reason reason = base::Reason::kVendorError;
  std::string message;
  std::optional<std::chrono::milliseconds> hint;  // what the vendor asks for
  // False: a pause of exactly `hint`, which is then set, and not one of the tries.
  bool is_try = true;
};

// What somebody above makes of an answer before its status is judged.
struct Judged {
  enum class Kind { kByStatus, kAccepted, kAgain };
  Kind kind = Kind::kByStatus;
  Trouble trouble = {};  // with kAgain
};

struct RetryLimits {
  int attempt_count_max = 5;  // tries of one request, the first one included
  int wait_count_max = 100;   // pauses of one request that are not tries
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
  // May take what it needs out of the answer; an error ends the request with it.
  using Judge = std::function<absl::StatusOr<Judged>(Response& answer)>;

  // `inner`, `clock` and `random` must outlive this. `on_wait` may be empty.
  RetryingTransport(Transport& inner, const RetryLimits& limits, const base::Clock& clock,
                    base::Random& random, OnWait on_wait);

  absl::StatusOr<Response> Send(const Request& request, const TransportLimits& limits,
                                std::stop_token stop) override;

  // As Send, but `judge` looks at each answer first. One that it wants again ends as the trouble
  // that it names when the tries are used up; a pause beyond the limit as VENDOR_THROTTLED, which
  // carries it.
  absl::StatusOr<Response> SendJudged(const Request& request, const TransportLimits& limits,
                                      const Judge& judge, std::stop_token stop);

  // Requests that went out so far, tries included.
  std::int64_t request_count() const { return request_count_.load(std::memory_order_relaxed); }

 private:
  // The error that ends the request instead of another try, if so.
  absl::Status CheckPatience(const Trouble& trouble, int attempt, int waits) const;
  absl::Status Pause(const Wait& wait, std::stop_token stop) const;

  Transport& inner_;
  const RetryLimits limits_;
  const base::Clock& clock_;
  base::Random& random_;
  const OnWait on_wait_;
  std::atomic<std::int64_t> request_count_ = 0;
};

}  // namespace syncline::http
