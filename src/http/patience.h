#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "base/clock.h"
#include "base/reason.h"

namespace syncline::http {

// A pause before the next try, as people see it ("waits 30 s: the vendor asks to slow down").
struct Wait {
  base::Reason reason = base::Reason::kVendorError;
  std::string message;
  std::chrono::milliseconds delay{0};
  int next_attempt = 2;  // of the request that waits
};

// A pause that is not sat out: the run gives its worker back, and goes on from its checkpoint when
// the time has come. It goes up as an error, past everything that makes rejects of errors.
struct Park {
  Wait wait;
  base::SteadyTime due = {};  // the delay counts from when it was told, not from when it is heard
  bool paid = false;          // the request that comes then is counted in the budget already
};
absl::Status ParkStatus(const Park& park);
// The park that an error is, also when words were put around it; nullopt for other errors.
std::optional<Park> ParkOf(const absl::Status& status);

// How a run waits: short pauses on the clock, longer ones as a Park. A run that holds answers of a
// page that is not complete, whose details are asked for or whose parents were listed, would have
// to ask for them again: it sits out more, and never parks for a limit that each of its requests
// meets, for it would park again at the same place for ever. As safe for concurrent use as
// `on_wait` is.
class Patience {
 public:
  using OnWait = std::function<void(const Wait&)>;
  // Longer pauses park the run.
  static constexpr std::chrono::milliseconds kSitMax = std::chrono::seconds(30);
  // In the midst of a page. The budgets of most vendors begin anew within the hour.
  static constexpr std::chrono::milliseconds kSitMaxInPage = std::chrono::hours(1);
  // Longer ones than this end it: nobody counts on a run of last week.
  static constexpr std::chrono::milliseconds kWaitMax = std::chrono::days(7);

  // `clock` must outlive this. `on_wait` is told of pauses that are sat out; may be empty.
  Patience(const base::Clock& clock, OnWait on_wait, std::chrono::milliseconds sit_max = kSitMax)
      : clock_(clock), on_wait_(std::move(on_wait)), sit_max_(sit_max) {}

  // An answer was had that a park would lose; the page it was for is complete.
  void HoldAnswer() { in_page_ = true; }
  void EndPage() { in_page_ = false; }
  bool in_page() const { return in_page_; }

  // OK when the pause is over. A Park for longer ones than sit_max(); the error of `wait` itself,
  // with its delay, for longer ones than kWaitMax; CANCELLED.
  absl::Status Sit(const Wait& wait, std::stop_token stop) const;
  // Tells of a pause that somebody else sits out.
  void Show(const Wait& wait) const;

  std::chrono::milliseconds sit_max() const {
    return in_page_ ? std::max(sit_max_, kSitMaxInPage) : sit_max_;
  }
  const base::Clock& clock() const { return clock_; }

 private:
  const base::Clock& clock_;
  const OnWait on_wait_;
  const std::chrono::milliseconds sit_max_;
  std::atomic<bool> in_page_ = false;
};

}  // namespace syncline::http
