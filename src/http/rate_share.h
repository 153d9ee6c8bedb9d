#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/clock.h"

namespace syncline::http {

// How fast one credential's vendor may be asked, over all workers.
struct RateLimit {
  double requests_per_second = 0;    // mean; 0 = no such limit
  int burst = 1;                     // at once after a silence
  int concurrent_request_count = 0;  // on the wire at once; 0 = no such limit
  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

// Where a budget stands, the same for the whole fleet. Requests go out in slots, one every
// 1/requests_per_second, which are handed out in order and in batches: what a dead worker had
// taken is simply not used.
struct BudgetState {
  base::Time next_time;      // the first slot that is not taken
  base::Time blocked_until;  // the vendor wants nothing before
  // Who has places on the wire; only with a limit of them. At most kHolderCountMax.
  struct Holder {
    std::string id;
    int weight = 1;     // integrations that it asks for
    int wanted = 0;     // places it could use
    int in_flight = 0;  // requests that were on the wire when it last asked
    int places = 0;     // it may have so many on the wire until it asks again
    friend bool operator==(const Holder&, const Holder&) = default;
  };
  std::vector<Holder> holders;
};

// What one worker asks for.
struct BudgetDemand {
  std::string holder;  // who asks
  int slots = 1;       // requests that will go out soon
  int weight = 1;      // integrations that they are for: places are shared in proportion
  int wanted = 1;      // places it could use; 0 gives back those that are not in use
  int in_flight = 0;   // requests on its wire
};

// What it gets. Times from the moment of the answer, so that no two clocks are compared.
struct BudgetShare {
  std::chrono::microseconds first{0};     // until the first slot; below 0 = it has passed
  std::chrono::microseconds interval{0};  // between slots; 0 = no limit, slots do not count
  int slots = 0;
  std::chrono::microseconds blocked{0};  // until the vendor may be asked
  int places = 0;                        // on its wire at once, until it asks again
};

inline constexpr int kHolderCountMax = 1'024;  // workers that ask one vendor
// A batch of slots is never more than this, or the burst.
inline constexpr std::chrono::seconds kBatchSpan{1};
// Where there are fewer places than holders, they take turns of this length.
inline constexpr std::chrono::seconds kTurn{5};

// Gives `demand` its share of the budget and notes it in `state`. Pure: the same arguments, the
// same share. Holders that are gone must be taken out of `state` before.
BudgetShare TakeShare(const RateLimit& limit, BudgetState* state, const BudgetDemand& demand,
                      base::Time now);

}  // namespace syncline::http
