#include "http/rate_budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <climits>

#include "base/status.h"
#include "http/rate_headers.h"

namespace syncline::http {
namespace {

using base::SteadyTime;
using std::chrono::milliseconds;

constexpr milliseconds kRecheck{1'000};      // should a wake-up be lost
constexpr milliseconds kPauseMin{100};       // shorter ones are over before the fleet knows
constexpr milliseconds kBlockChange{1'000};  // what a longer block must add to be told
// Where others take slots too, each integration's part of a batch: so worker by worker each
// integration gets as much as every other one.
constexpr double kContendedSeconds = 0.25;
constexpr std::chrono::microseconds kAnswerTime{50'000};  // what the store may take to answer
constexpr milliseconds kJitterMax{30'000};  // so that not all come back at the same instant

// The credential is gone, and does not come back as a database does.
bool IsForGood(const absl::Status& status) {
  return base::ReasonOf(status) == base::Reason::kNotFound;
}

milliseconds RoundUp(std::chrono::nanoseconds duration) {
  return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(duration));
}

}  // namespace

RateBudget::RateBudget(const RateLimit& limit, std::string holder, BudgetStore& store,
                       const base::Clock& clock, base::Random& random)
    : limit_(limit), holder_(std::move(holder)), store_(store), clock_(clock), random_(random) {}

RateBudget::Place RateBudget::Enter(const std::string& integration, bool paid) {
  const Lock lock(mutex_);
  const double turn = turns_.Take(integration);
  active_[integration] = clock_.SteadyNow();
  const auto behind =
      std::ranges::find_if(waiting_, [&](const Ticket& t) { return t.turn > turn; });
  return waiting_.insert(
      behind,
      Ticket{.integration = integration, .turn = turn, .paid = paid, .begun = clock_.SteadyNow()});
}

void RateBudget::Leave(Place place) {
  const Lock lock(mutex_);
  waiting_.erase(place);
  WakeAll();
}

void RateBudget::WakeAll() {
  for (Ticket& ticket : waiting_) ticket.wake.request_stop();
}

void RateBudget::GiveBack() {
  const Lock lock(mutex_);
  --in_flight_;
  WakeAll();
}

absl::StatusOr<RateBudget::Permit> RateBudget::Acquire(const std::string& integration, bool paid,
                                                       const Patience& patience,
                                                       std::stop_token stop) {
  const Place place = Enter(integration, paid);
  absl::Status outcome;
  {
    const std::stop_callback on_stop(stop, [&] {
      const Lock lock(mutex_);
      place->wake.request_stop();
    });
    outcome = AwaitTurn(place, patience, stop);
  }
  Leave(place);
  if (!outcome.ok()) return outcome;
  return Permit(*this);
}

absl::Status RateBudget::AwaitTurn(Place place, const Patience& patience,
                                   const std::stop_token& stop) {
  Lock lock(mutex_);
  bool shown = false;
  while (true) {
    if (stop.stop_requested()) {
      return base::Error(base::Reason::kCancelled, "Stopped while waiting for the rate limit.");
    }
    const SteadyTime now = clock_.SteadyNow();
    slots_.DropLate(now);
    if (NeedsShare(place, now)) {
      SYNCLINE_RETURN_IF_ERROR(Refill(lock));
      continue;
    }
    if (Go(place, now)) return absl::OkStatus();
    const std::optional<SteadyTime> ready = ReadyAt(place, now);
    const bool is_pause = ready.has_value() && *ready <= blocked_until_;
    if (is_pause || !patience.in_page()) {
      if (ready.has_value() && *ready - now > patience.sit_max()) {
        return ParkUntil(lock, place, *ready, patience);
      }
      if (!ready.has_value() && now - place->begun > patience.sit_max()) {
        return ParkWithoutPlace(place, patience);
      }
    }
    if (place->wake.stop_requested()) place->wake = std::stop_source();
    const std::stop_token wake = place->wake.get_token();
    const bool tell = !shown && ready.has_value() && *ready - now >= kShownMin;
    const Wait wait = tell ? RateWait(*ready - now) : Wait();
    lock.unlock();
    shown = shown || tell;
    if (tell) patience.Show(wait);
    const bool known = ready.has_value() && *ready > now;
    clock_.WaitUntil(known ? std::min(*ready, now + kRecheck) : now + kAskAgain, wake);
    lock.lock();
  }
}

bool RateBudget::Go(Place place, SteadyTime now) {
  if (place != waiting_.begin() || now < blocked_until_) return false;
  if (limits_places() && in_flight_ >= places_) return false;
  if (limits_rate() && !place->paid) {
    if (slots_.left() == 0 || slots_.At(0) > now) return false;
    slots_.Use();
  }
  ++in_flight_;
  turns_.Serve(place->turn);
  return true;
}

bool RateBudget::NeedsShare(Place place, SteadyTime now) const {
  if (asking_) return false;
  if (!share_time_.has_value()) return true;
  // While the vendor wants nothing, nothing else matters.
  if (now - *share_time_ >= kShareLife && now >= blocked_until_) return true;
  if (limits_places() && in_flight_ >= places_) {
    if (wanted() > share_wanted_ || now - *share_time_ >= kAskAgain) return true;
  }
  const bool first = place == waiting_.begin();
  return first && limits_rate() && !place->paid && slots_.left() == 0;
}

// As many slots as are asked for now, or as were used of the last batch; twice as many when none of
// that was lost, so that a busy worker asks about once a second. Others that take slots of the same
// budget would get the less of it the larger the batches are: then they are short, and as long as
// the integrations are many.
BudgetDemand RateBudget::DemandNow(SteadyTime now) {
  // I7: those that are at work, and those of the last seconds.
  std::erase_if(active_, [&](const auto& entry) { return entry.second + kActiveMax < now; });
  for (const Ticket& ticket : waiting_) active_.try_emplace(ticket.integration, now);
  const int weight = std::max(1, static_cast<int>(active_.size()));
  const auto unpaid = static_cast<int>(
      std::ranges::count_if(waiting_, [](const Ticket& ticket) { return !ticket.paid; }));
  BudgetDemand demand{
      .holder = holder_, .slots = 0, .weight = weight, .wanted = wanted(), .in_flight = in_flight_};
  if (!limits_rate() || slots_.left() > 0 || unpaid == 0) return demand;
  demand.slots = std::max(unpaid, slots_.all_used() ? 2 * slots_.used() : slots_.used());
  if (contended_) {
    const double part = std::max(1.0, limit_.requests_per_second * kContendedSeconds);
    demand.slots = std::min(demand.slots, static_cast<int>(part * weight));
  }
  return demand;
}

absl::StatusOr<BudgetShare> RateBudget::Ask(Lock& lock, const BudgetDemand& demand) {
  asking_ = true;
  lock.unlock();
  absl::StatusOr<BudgetShare> share = store_.Take(demand);
  lock.lock();
  asking_ = false;
  WakeAll();
  if (!share.ok()) return share;
  const SteadyTime now = clock_.SteadyNow();
  share_time_ = now;
  share_wanted_ = demand.wanted;
  places_ = share->places;
  blocked_until_ = std::max(blocked_until_, now + share->blocked);
  return share;
}

absl::Status RateBudget::Refill(Lock& lock) {
  const BudgetDemand demand = DemandNow(clock_.SteadyNow());
  const absl::StatusOr<BudgetShare> share = Ask(lock, demand);
  const SteadyTime now = clock_.SteadyNow();
  if (!share.ok()) {
    if (demand.slots > 0 || limits_places() || IsForGood(share.status())) return share.status();
    // Nothing is taken, so nobody's limit is broken: what is known stays good until the next time.
    share_time_ = now;
    places_ = INT_MAX;
    return absl::OkStatus();
  }
  if (demand.slots == 0) return absl::OkStatus();
  const SteadyTime first = now + share->first;
  contended_ = first > std::max(now, slots_.end()) + std::max(kAnswerTime, share->interval / 2);
  slots_ = Slots(now, first, share->interval, share->slots);
  return absl::OkStatus();
}

std::optional<SteadyTime> RateBudget::ReadyAt(Place place, SteadyTime now) const {
  if (limits_places() && in_flight_ >= places_) return std::nullopt;
  SteadyTime ready = std::max(now, blocked_until_);
  if (!limits_rate() || place->paid) return ready;
  int before = 0;
  for (auto ahead = waiting_.begin(); ahead != std::list<Ticket>::const_iterator(place); ++ahead) {
    before += ahead->paid ? 0 : 1;
  }
  return std::max(ready, slots_.At(before));
}

absl::Status RateBudget::ParkUntil(Lock& lock, Place place, SteadyTime ready,
                                   const Patience& patience) {
  const SteadyTime now = clock_.SteadyNow();
  if (ready <= blocked_until_) {
    const milliseconds pause = RoundUp(blocked_until_ - now);
    const milliseconds jitter(static_cast<std::int64_t>(
        static_cast<double>(std::min(kJitterMax, pause / 10).count()) * random_.Fraction()));
    // Losing a page is a try of it, or a budget that is smaller than a page would be one for ever.
    const int attempt = patience.in_page() ? 2 : 1;
    return ParkStatus({.wait = {base::Reason::kVendorThrottled, "The vendor asks for a pause.",
                                pause + jitter, attempt},
                       .due = now + pause + jitter,
                       .paid = place->paid});
  }
  milliseconds delay = RoundUp(ready - now);
  SteadyTime due = ready;
  if (place == waiting_.begin() && slots_.left() > 0) {
    slots_.Use();
  } else {
    // Behind others: a slot of its own, so that it need not come back only to be put off.
    BudgetDemand demand = DemandNow(now);
    demand.slots = 1;
    SYNCLINE_ASSIGN_OR_RETURN(const BudgetShare share, Ask(lock, demand));
    delay = RoundUp(std::max(share.first, share.blocked));
    due = clock_.SteadyNow() + delay;
  }
  Wait wait = RateWait(delay);
  if (delay <= Patience::kWaitMax) {
    return ParkStatus({.wait = std::move(wait), .due = due, .paid = true});
  }
  return base::WithRetryAfter(
      base::Error(base::Reason::kRateLimited,
                  fmt::format("{} Syncline waits {} s at most.", wait.message,
                              Patience::kWaitMax.count() / 1000)),
      delay);
}

absl::Status RateBudget::ParkWithoutPlace(Place place, const Patience& patience) {
  const double part = 0.5 + random_.Fraction() / 2;
  const milliseconds delay(
      static_cast<std::int64_t>(static_cast<double>(patience.sit_max().count()) * part));
  return ParkStatus(
      {.wait = {base::Reason::kRateLimited,
                fmt::format("The credential allows {} requests at the same time, and others have "
                            "them all.",
                            limit_.concurrent_request_count),
                delay, 1},
       .due = clock_.SteadyNow() + delay,
       .paid = place->paid});
}

Wait RateBudget::RateWait(std::chrono::nanoseconds delay) const {
  return {base::Reason::kRateLimited,
          fmt::format("The credential allows {} requests a second.", limit_.requests_per_second),
          RoundUp(delay), 1};
}

void RateBudget::Observe(const Response& answer) {
  if (const auto pause = PauseAfter(answer, clock_.Now()); pause.has_value()) Block(*pause);
}

void RateBudget::Block(milliseconds pause) {
  if (pause < kPauseMin) return;
  pause = std::min<milliseconds>(pause, Patience::kWaitMax);
  {
    const Lock lock(mutex_);
    const SteadyTime until = clock_.SteadyNow() + pause;
    if (until < blocked_until_ + kBlockChange) return;
    blocked_until_ = until;
  }
  // This worker obeys in any case; another one learns it from the vendor, should this fail.
  static_cast<void>(store_.Block(pause));
}

void RateBudget::Tick() {
  Lock lock(mutex_);
  const bool idle = limits_places() && waiting_.empty() && places_ > in_flight_ && !asking_;
  if (!idle || !share_time_.has_value() || clock_.SteadyNow() - *share_time_ < kIdleMax) return;
  BudgetDemand demand = DemandNow(clock_.SteadyNow());
  demand.slots = 0;
  static_cast<void>(Ask(lock, demand));  // the next tick asks again
}

bool RateBudget::HasNothing() const {
  const Lock lock(mutex_);
  return !limits_places() || places_ == 0;
}

}  // namespace syncline::http
