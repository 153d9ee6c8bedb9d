#include "http/rate_share.h"

#include <algorithm>
#include <climits>
#include <functional>

namespace syncline::http {
namespace {

using std::chrono::microseconds;

microseconds Until(base::Time time, base::Time now) {
  return std::chrono::duration_cast<microseconds>(time - now);
}

void TakeSlots(const RateLimit& limit, BudgetState* state, const BudgetDemand& demand,
               base::Time now, BudgetShare* share) {
  if (limit.requests_per_second <= 0) return;
  share->interval = microseconds(static_cast<std::int64_t>(1e6 / limit.requests_per_second));
  const int in_span = static_cast<int>(limit.requests_per_second * kBatchSpan.count());
  share->slots = std::clamp(demand.slots, 1, std::max({1, in_span, limit.burst}));
  // After a silence the slots of the burst lie behind us; a vendor that blocks forgets them.
  const base::Time earliest = now - (limit.burst - 1) * share->interval;
  const base::Time first = std::max({state->next_time, earliest, state->blocked_until});
  state->next_time = first + share->slots * share->interval;
  share->first = Until(first, now);
}

BudgetState::Holder* FindHolder(BudgetState* state, const std::string& id) {
  const auto found = std::ranges::find(state->holders, id, &BudgetState::Holder::id);
  if (found != state->holders.end()) return &*found;
  if (state->holders.size() >= kHolderCountMax) return nullptr;
  return &state->holders.emplace_back(BudgetState::Holder{.id = id});
}

// Places of each holder, shared in proportion to their weights as far as they want them. Whoever
// comes first gets the odd place, and who that is changes with every turn.
std::vector<int> FairPlaces(int count, const std::vector<BudgetState::Holder>& holders,
                            base::Time now) {
  const std::int64_t turn = now.time_since_epoch() / kTurn;
  std::vector<std::size_t> order(holders.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, {}, [&](std::size_t i) {
    return std::hash<std::string>()(holders[i].id + ":" + std::to_string(turn));
  });
  std::vector<int> places(holders.size(), 0);
  for (int given = 0; given < count; ++given) {
    std::size_t best = holders.size();
    const auto worth = [&](std::size_t i) {
      return static_cast<double>(places[i] + 1) / std::max(1, holders[i].weight);
    };
    for (const std::size_t i : order) {
      if (places[i] >= holders[i].wanted) continue;
      if (best == holders.size() || worth(i) < worth(best)) best = i;
    }
    if (best == holders.size()) break;  // everybody has what they want
    ++places[best];
  }
  return places;
}

int TakePlaces(const RateLimit& limit, BudgetState* state, const BudgetDemand& demand,
               base::Time now) {
  if (limit.concurrent_request_count <= 0) return INT_MAX;
  BudgetState::Holder* const mine = FindHolder(state, demand.holder);
  if (mine == nullptr) return 0;
  mine->weight = std::max(1, demand.weight);
  mine->wanted = std::max(demand.wanted, demand.in_flight);
  mine->in_flight = demand.in_flight;
  const auto index = static_cast<std::size_t>(mine - state->holders.data());
  const int fair = FairPlaces(limit.concurrent_request_count, state->holders, now)[index];
  // What others were given counts until they ask again, for it may be on their wire.
  int free = limit.concurrent_request_count;
  for (const BudgetState::Holder& holder : state->holders) {
    if (&holder != mine) free -= std::max(holder.places, holder.in_flight);
  }
  mine->places = std::max({std::min(fair, free), demand.in_flight, 0});
  const int places = mine->places;
  if (mine->wanted == 0)
    state->holders.erase(state->holders.begin() + (mine - state->holders.data()));
  return places;
}

}  // namespace

BudgetShare TakeShare(const RateLimit& limit, BudgetState* state, const BudgetDemand& demand,
                      base::Time now) {
  BudgetShare share;
  if (demand.slots > 0) TakeSlots(limit, state, demand, now, &share);
  share.places = TakePlaces(limit, state, demand, now);
  share.blocked = std::max(microseconds(0), Until(state->blocked_until, now));
  return share;
}

}  // namespace syncline::http
