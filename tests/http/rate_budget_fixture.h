#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "http/budget_store.h"
#include "http/rate_budget.h"
#include "tests/support/fake_clock.h"

namespace syncline::http {

// The fleet's budget, which counts how often it is asked and may be away.
class CountingStore final : public BudgetStore {
 public:
  CountingStore(const RateLimit& limit, const base::Clock& clock) : inner_(limit, clock) {}
  absl::StatusOr<BudgetShare> Take(const BudgetDemand& demand) override {
    ++takes;
    if (!failure.ok()) return failure;
    return inner_.Take(demand);
  }
  absl::Status Block(std::chrono::milliseconds pause) override {
    ++blocks;
    return inner_.Block(pause);
  }
  std::atomic<int> takes = 0;
  std::atomic<int> blocks = 0;
  absl::Status failure;

 private:
  LocalBudgetStore inner_;
};

class RateBudgetTest : public testing::Test {
 protected:
  // A worker of the fleet.
  RateBudget& Make(const RateLimit& limit, const char* holder = "w1") {
    if (store_ == nullptr) store_ = std::make_unique<CountingStore>(limit, clock_);
    return budgets_.emplace_back(limit, holder, *store_, clock_, random_);
  }
  absl::Status Ask(RateBudget& budget, bool paid = false, std::stop_token stop = {}) {
    return budget.Acquire("list", paid, patience_, std::move(stop)).status();
  }
  double Elapsed() const {
    return std::chrono::duration<double>(clock_.SteadyNow().time_since_epoch()).count();
  }
  static Response Throttled(const char* retry_after) {
    Response response{.status = 429};
    response.headers.Add("Retry-After", retry_after);
    return response;
  }

  test::FakeClock clock_{test::FakeClock::Waits::kJump};
  base::SeededRandom random_{1};
  std::vector<Wait> shown_;
  Patience patience_{clock_, [this](const Wait& wait) { shown_.push_back(wait); }};
  std::unique_ptr<CountingStore> store_;
  std::list<RateBudget> budgets_;
};

}  // namespace syncline::http
