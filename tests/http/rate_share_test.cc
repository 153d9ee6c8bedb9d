#include "http/rate_share.h"

#include <gtest/gtest.h>

#include <climits>
#include <map>

namespace syncline::http {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

const base::Time kNow = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

BudgetState Fresh() { return {.next_time = kNow, .blocked_until = kNow}; }

TEST(TakeShare, WithoutALimitNothingIsCounted) {
  BudgetState state = Fresh();
  const BudgetShare share = TakeShare({}, &state, {.slots = 1'000}, kNow);
  EXPECT_EQ(share.interval.count(), 0);
  EXPECT_EQ(share.blocked.count(), 0);
  EXPECT_EQ(share.places, INT_MAX);
  EXPECT_EQ(state.next_time, kNow);
}

TEST(TakeShare, SlotsAreHandedOutOneAfterTheOther) {
  const RateLimit limit{.requests_per_second = 10};
  BudgetState state = Fresh();
  for (int batch = 0; batch < 5; ++batch) {
    const BudgetShare share = TakeShare(limit, &state, {.slots = 3}, kNow);
    EXPECT_EQ(share.slots, 3);
    EXPECT_EQ(share.interval, milliseconds(100));
    EXPECT_EQ(share.first, milliseconds(300) * batch);
  }
}

TEST(TakeShare, ABatchIsASecondsWorthOrTheBurst) {
  BudgetState state = Fresh();
  EXPECT_EQ(TakeShare({.requests_per_second = 10}, &state, {.slots = 500}, kNow).slots, 10);
  EXPECT_EQ(TakeShare({.requests_per_second = 0.1}, &state, {.slots = 500}, kNow).slots, 1);
  EXPECT_EQ(TakeShare({.requests_per_second = 1, .burst = 20}, &state, {.slots = 500}, kNow).slots,
            20);
  EXPECT_EQ(TakeShare({.requests_per_second = 1}, &state, {.slots = 0}, kNow).slots, 0);
}

TEST(TakeShare, SilenceSavesUpTheBurstAndNoMore) {
  const RateLimit limit{.requests_per_second = 1, .burst = 3};
  BudgetState state = Fresh();
  const base::Time later = kNow + std::chrono::hours(1);
  const BudgetShare share = TakeShare(limit, &state, {.slots = 3}, later);
  EXPECT_EQ(share.first, seconds(-2)) << "three lie at or before now";
  EXPECT_EQ(TakeShare(limit, &state, {.slots = 1}, later).first, seconds(1));
}

// However the demands fall: at no time more have gone out than rate and burst allow.
TEST(TakeShare, NeverMoreThanTheRateOverAnyTime) {
  const RateLimit limit{.requests_per_second = 7, .burst = 4};
  BudgetState state = Fresh();
  std::vector<std::int64_t> slots;  // microseconds
  unsigned seed = 1;
  for (int step = 0; step < 2'000; ++step) {
    seed = seed * 1'103'515'245 + 12'345;
    const auto at = microseconds(step * 50'000);
    if ((seed >> 16) % 3 != 0) continue;
    const BudgetShare share =
        TakeShare(limit, &state, {.slots = static_cast<int>(seed >> 20) % 5 + 1}, kNow + at);
    for (int i = 0; i < share.slots; ++i) {
      slots.push_back(std::max(at, at + share.first + i * share.interval).count());
    }
  }
  ASSERT_GT(slots.size(), 500U);
  for (std::size_t from = 0; from < slots.size(); ++from) {
    for (std::size_t to = from; to < std::min(slots.size(), from + 50); ++to) {
      const double span = static_cast<double>(slots[to] - slots[from]) / 1e6;
      ASSERT_LE(static_cast<double>(to - from + 1), 7.0001 * span + 4 + 1e-6) << from << ".." << to;
    }
  }
}

TEST(TakeShare, AVendorsBlockMovesEverySlotBehindIt) {
  const RateLimit limit{.requests_per_second = 1, .burst = 5};
  BudgetState state = Fresh();
  state.next_time = kNow - std::chrono::hours(1);
  state.blocked_until = kNow + seconds(30);
  const BudgetShare share = TakeShare(limit, &state, {.slots = 2}, kNow);
  EXPECT_EQ(share.blocked, seconds(30));
  EXPECT_EQ(share.first, seconds(30));
}

int Places(const RateLimit& limit, BudgetState* state, const char* holder, int wanted,
           int weight = 1, int in_flight = 0, base::Time now = kNow) {
  return TakeShare(limit, state,
                   {.holder = holder,
                    .slots = 0,
                    .weight = weight,
                    .wanted = wanted,
                    .in_flight = in_flight},
                   now)
      .places;
}

TEST(TakeShare, PlacesAreNeverMoreThanThereAre) {
  const RateLimit limit{.concurrent_request_count = 10};
  BudgetState state = Fresh();
  EXPECT_EQ(Places(limit, &state, "a", 100), 10) << "nobody else wants any";
  EXPECT_EQ(Places(limit, &state, "b", 100), 0) << "until a asks again";
  EXPECT_EQ(Places(limit, &state, "a", 100), 5);
  EXPECT_EQ(Places(limit, &state, "b", 100), 5);
}

TEST(TakeShare, PlacesFollowTheIntegrations) {
  const RateLimit limit{.concurrent_request_count = 12};
  BudgetState state = Fresh();
  for (int round = 0; round < 3; ++round) {
    Places(limit, &state, "one", 100, 1);
    Places(limit, &state, "three", 100, 3);
  }
  EXPECT_EQ(Places(limit, &state, "one", 100, 1), 3);
  EXPECT_EQ(Places(limit, &state, "three", 100, 3), 9);
}

TEST(TakeShare, WhatOneDoesNotWantAnotherGets) {
  const RateLimit limit{.concurrent_request_count = 10};
  BudgetState state = Fresh();
  EXPECT_EQ(Places(limit, &state, "a", 2), 2);
  EXPECT_EQ(Places(limit, &state, "b", 100), 8);
  EXPECT_EQ(Places(limit, &state, "a", 0), 0) << "gives back and is forgotten";
  EXPECT_EQ(state.holders.size(), 1U);
  EXPECT_EQ(Places(limit, &state, "b", 100), 10);
}

TEST(TakeShare, WhatIsOnTheWireStaysCounted) {
  const RateLimit limit{.concurrent_request_count = 2};
  BudgetState state = Fresh();
  EXPECT_EQ(Places(limit, &state, "a", 2), 2);
  EXPECT_EQ(Places(limit, &state, "b", 2), 0);
  EXPECT_EQ(Places(limit, &state, "a", 2, 1, 2), 2) << "they cannot be taken off the wire";
  EXPECT_EQ(Places(limit, &state, "b", 2), 0);
  EXPECT_EQ(Places(limit, &state, "a", 2, 1, 1), 1);
  EXPECT_EQ(Places(limit, &state, "b", 2), 1);
}

TEST(TakeShare, OnePlaceGoesRoundAmongMany) {
  const RateLimit limit{.concurrent_request_count = 1};
  BudgetState state = Fresh();
  std::map<std::string, int> turns;
  const char* names[] = {"a", "b", "c"};
  for (int turn = 0; turn < 300; ++turn) {
    const base::Time now = kNow + turn * kTurn;
    // All say what they want, those that lose it give it back first.
    for (int round = 0; round < 2; ++round) {
      for (const char* name : names) Places(limit, &state, name, 1, 1, 0, now);
    }
    int given = 0;
    for (const BudgetState::Holder& holder : state.holders) {
      given += holder.places;
      turns[holder.id] += holder.places;
    }
    ASSERT_EQ(given, 1);
  }
  for (const char* name : names) EXPECT_GT(turns[name], 50) << name;
}

TEST(TakeShare, KeepsABoundedNumberOfHolders) {
  const RateLimit limit{.concurrent_request_count = 1};
  BudgetState state = Fresh();
  for (int i = 0; i < kHolderCountMax; ++i) state.holders.push_back({.id = std::to_string(i)});
  EXPECT_EQ(Places(limit, &state, "late", 1), 0);
  EXPECT_EQ(state.holders.size(), static_cast<std::size_t>(kHolderCountMax));
}

}  // namespace
}  // namespace syncline::http
