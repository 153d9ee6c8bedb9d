#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>

#include "base/random.h"
#include "base/reason.h"
#include "http/backoff.h"
#include "http/patience.h"
#include "http/transport.h"
#include "http/try_observer.h"

namespace syncline::http {

// Why one try is not good enough, and when the next one may be.
struct Trouble {
  base::Reason reason = base::Reason::kVendorError;
  std::string message;
  std::optional<std::chrono::milliseconds> hint;  // what the vendor asks for
  // False: a pause of exactly `hint`, which is then set, and not one of the tries.
  bool is_try = true;
  int attempt_count_max = std::numeric_limits<int>::max();  // where it is fewer than of others
};

// What somebody above makes of an answer before its status is judged.
struct Judged {
  enum class Kind { kByStatus, kAccepted, kAgain };
  Kind kind = Kind::kByStatus;
  Trouble trouble = {};  // with kAgain
};

struct RetryLimits {
  int attempt_count_max = 5;             // tries of one request, the first one included
  int wait_count_max = 100;              // pauses of one request that are not tries
  std::int64_t retry_count_max = 1'000;  // requests sent again after trouble, of the whole run
  Backoff backoff;
};

// Whether a request ended because its run has used up retry_count_max: so will every other one that
// meets trouble.
bool IsOutOfRetries(const absl::Status& status);

// Tries again what may pass by itself: 408, 429, 500, 502, 503, 504, VENDOR_UNREACHABLE,
// VENDOR_TIMEOUT and BODY_TRUNCATED, and what a sign-in below tells of its provider, VENDOR_ERROR
// and VENDOR_THROTTLED, as often as the limits allow; 401 once. When the tries of a request are
// used up, 429 ends as VENDOR_THROTTLED, a transport error as itself, and any other answer is
// returned to be judged above; when those of the run are, the trouble is the error. Waits as
// `patience` does: a long wait is a Park, which says with which try the request goes on. Made per
// run; as safe for concurrent use as `inner` and `patience` are.
class RetryingTransport final : public Transport {
 public:
  // May take what it needs out of the answer; an error ends the request with it.
  using Judge = std::function<absl::StatusOr<Judged>(Response& answer)>;

  // `inner`, `patience` and `random` must outlive this.
  RetryingTransport(Transport& inner, const RetryLimits& limits, const Patience& patience,
                    base::Random& random)
      : inner_(inner), limits_(limits), patience_(patience), random_(random) {}

  absl::StatusOr<Response> Send(const Request& request, const TransportLimits& limits,
                                std::stop_token stop) override;

  // As Send, but `judge` looks at each answer first. One that it wants again ends as the trouble
  // that it names when the tries are used up; more pauses than the limit as VENDOR_THROTTLED.
  // `observer` is told of every try; null: nobody is.
  absl::StatusOr<Response> SendJudged(const Request& request, const TransportLimits& limits,
                                      const Judge& judge, std::stop_token stop,
                                      TryObserver* observer = nullptr);

  // After a run was parked: the request that meets trouble first goes on with this try, for it is
  // the one that was put off; 1 = the first try, which forgets what was said before.
  void GoOnWith(int attempt) { carried_tries_ = attempt - 1; }
  // What a run has used of its retries already.
  void CountRetries(std::int64_t count) { retry_count_ += count; }

  // Requests that went out so far, tries included, and those of them that were sent again.
  std::int64_t request_count() const { return request_count_; }
  std::int64_t retry_count() const { return retry_count_; }

 private:
  // The park, or the error that ends the request when the tries are used up.
  absl::Status CheckedPark(const Park& park) const;
  // The error that ends the request instead of another try, if so; `waits` were made so far.
  absl::Status CheckTries(const Trouble& trouble, int attempt, int waits) const;

  Transport& inner_;
  const RetryLimits limits_;
  const Patience& patience_;
  base::Random& random_;
  std::atomic<int> carried_tries_ = 0;
  std::atomic<std::int64_t> request_count_ = 0;
  std::atomic<std::int64_t> retry_count_ = 0;
};

}  // namespace syncline::http
