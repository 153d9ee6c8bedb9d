#pragma once

#include <chrono>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/random.h"
#include "http/budget_store.h"
#include "http/message.h"
#include "http/patience.h"
#include "http/rate_share.h"
#include "http/slots.h"
#include "http/turns.h"

namespace syncline::http {

// The requests of one credential, as this worker may send them: takes shares of the fleet's budget
// in batches, and lets integrations send in turns, so that one with many requests at once gets no
// more than one with few. Obeys what the vendor's headers say, and tells the fleet. Shared by the
// runs of a worker, safe for concurrent use. Waiting requests are those of the worker's runs (I7).
class RateBudget {
 public:
  // What the fleet said is asked for anew after this, while requests go out. Where they take
  // nothing of the fleet's, it stays good for as long again when the store cannot be reached.
  static constexpr std::chrono::milliseconds kShareLife{1'000};
  // How often a worker asks again that was given too few places on the wire.
  static constexpr std::chrono::milliseconds kAskAgain{500};
  // An integration counts for the share of its worker for so long after it asked last.
  static constexpr std::chrono::milliseconds kActiveMax{2'000};
  // Places that nobody used for this long are given back.
  static constexpr std::chrono::milliseconds kIdleMax{2'000};
  // Shorter pauses of the budget are not told.
  static constexpr std::chrono::milliseconds kShownMin{5'000};

  // `holder`: who this budget is for the fleet. The references must outlive it.
  RateBudget(const RateLimit& limit, std::string holder, BudgetStore& store,
             const base::Clock& clock, base::Random& random);

  // Leave for one request; its place on the wire is given back when this goes.
  class Permit {
   public:
    explicit Permit(RateBudget& budget) : budget_(&budget) {}
    Permit(Permit&& other) noexcept : budget_(std::exchange(other.budget_, nullptr)) {}
    Permit& operator=(Permit&&) = delete;
    ~Permit() {
      if (budget_ != nullptr) budget_->GiveBack();
    }

   private:
    RateBudget* budget_;
  };

  // Returns when a request of `integration` may go out. `paid`: its slot was taken before the run
  // was parked. A Park when that is longer off than `patience` sits, in the midst of a page only
  // for a pause that the vendor asks for; RATE_LIMITED when it is longer off than anybody waits;
  // NOT_FOUND of the store, and its other errors where something has to be taken of it; CANCELLED.
  absl::StatusOr<Permit> Acquire(const std::string& integration, bool paid,
                                 const Patience& patience, std::stop_token stop);
  // Looks at what an answer says of the vendor's own budget.
  void Observe(const Response& answer);
  // The vendor wants nothing for so long, whoever read that out of its answer.
  void Block(std::chrono::milliseconds pause);
  // Gives places back that are not used. To be called every few seconds; may block as the store
  // does.
  void Tick();
  // Whether no place of the fleet's is kept here.
  bool HasNothing() const;

 private:
  struct Ticket {
    std::string integration;
    double turn = 0;
    bool paid = false;
    base::SteadyTime begun;
    std::stop_source wake = {};
  };
  using Lock = std::unique_lock<std::mutex>;
  using Place = std::list<Ticket>::iterator;

  Place Enter(const std::string& integration, bool paid);
  void Leave(Place place);
  void WakeAll();
  void GiveBack();
  absl::Status AwaitTurn(Place place, const Patience& patience, const std::stop_token& stop);
  // Lets the first in the row go, if it may.
  bool Go(Place place, base::SteadyTime now);

  bool limits_rate() const { return limit_.requests_per_second > 0; }
  bool limits_places() const { return limit_.concurrent_request_count > 0; }
  int wanted() const { return in_flight_ + static_cast<int>(waiting_.size()); }
  bool NeedsShare(Place place, base::SteadyTime now) const;
  BudgetDemand DemandNow(base::SteadyTime now);
  // Asks the store, without the lock.
  absl::StatusOr<BudgetShare> Ask(Lock& lock, const BudgetDemand& demand);
  absl::Status Refill(Lock& lock);

  // When the ticket's turn comes, as far as can be told; absent: places on the wire are wanting.
  std::optional<base::SteadyTime> ReadyAt(Place place, base::SteadyTime now) const;
  // Ends a wait that is too long to be sat out.
  absl::Status ParkUntil(Lock& lock, Place place, base::SteadyTime ready, const Patience& patience);
  absl::Status ParkWithoutPlace(Place place, const Patience& patience);
  Wait RateWait(std::chrono::nanoseconds delay) const;

  const RateLimit limit_;
  const std::string holder_;
  BudgetStore& store_;
  const base::Clock& clock_;
  base::Random& random_;

  mutable std::mutex mutex_;
  std::list<Ticket> waiting_;  // in the order of their turns
  Turns turns_;
  std::map<std::string, base::SteadyTime> active_;  // integrations, and when each asked last
  int in_flight_ = 0;
  Slots slots_;
  bool contended_ = false;  // others took slots between the last two batches
  int places_ = 0;
  base::SteadyTime blocked_until_{};
  std::optional<base::SteadyTime> share_time_;  // when the fleet was asked last
  int share_wanted_ = 0;                        // places that it was asked for then
  bool asking_ = false;
};

}  // namespace syncline::http
