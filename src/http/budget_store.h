#pragma once

#include <chrono>
#include <mutex>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "http/rate_share.h"

namespace syncline::http {

// Where the whole fleet keeps one budget. Safe for concurrent use; calls may block for as long as a
// database does.
class BudgetStore {
 public:
  virtual ~BudgetStore() = default;
  // TakeShare on the shared state.
  virtual absl::StatusOr<BudgetShare> Take(const BudgetDemand& demand) = 0;
  // The vendor wants nothing for so long. A longer block that stands already stays.
  virtual absl::Status Block(std::chrono::milliseconds pause) = 0;
};

// A budget that nobody shares.
class LocalBudgetStore final : public BudgetStore {
 public:
  // `clock` must outlive this.
  LocalBudgetStore(const RateLimit& limit, const base::Clock& clock)
      : limit_(limit), clock_(clock) {}
  absl::StatusOr<BudgetShare> Take(const BudgetDemand& demand) override;
  absl::Status Block(std::chrono::milliseconds pause) override;

 private:
  const RateLimit limit_;
  const base::Clock& clock_;
  std::mutex mutex_;
  BudgetState state_;
};

}  // namespace syncline::http
