#include "http/budget_store.h"

#include <algorithm>

namespace syncline::http {

absl::StatusOr<BudgetShare> LocalBudgetStore::Take(const BudgetDemand& demand) {
  const std::lock_guard lock(mutex_);
  return TakeShare(limit_, &state_, demand, clock_.Now());
}

absl::Status LocalBudgetStore::Block(std::chrono::milliseconds pause) {
  const std::lock_guard lock(mutex_);
  state_.blocked_until = std::max(state_.blocked_until, clock_.Now() + pause);
  return absl::OkStatus();
}

}  // namespace syncline::http
