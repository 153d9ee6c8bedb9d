#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "model/resource_name.h"
#include "store/database.h"

namespace syncline::store {

// Rows of syncline.rate_budget and syncline.rate_holder. Every function works inside the caller's
// transaction and keeps no state.

struct RateBudgetRow {
  std::string rate;  // what next_time was counted with, as the caller spells it
  base::Time next_time;
  base::Time blocked_until;
  base::Time now;  // the database's clock
};

// Locks the budget until the transaction ends; makes it when there is none. NOT_FOUND when the
// credential is gone.
absl::StatusOr<RateBudgetRow> LockRateBudget(Transaction& transaction,
                                             const model::CredentialName& name);
// After LockRateBudget, as all that follow.
absl::Status UpdateRateBudget(Transaction& transaction, const model::CredentialName& name,
                              const std::string& rate, base::Time next_time);
absl::Status BlockRateBudget(Transaction& transaction, const model::CredentialName& name,
                             std::chrono::milliseconds pause);

struct RateHolderRow {
  std::string holder;
  int weight = 1;
  int wanted = 0;
  int in_flight = 0;
  int places = 0;
};

// Those whose worker is alive; others are removed.
absl::StatusOr<std::vector<RateHolderRow>> ListRateHolders(Transaction& transaction,
                                                           const model::CredentialName& name);
absl::Status PutRateHolder(Transaction& transaction, const model::CredentialName& name,
                           const std::string& worker_id, const RateHolderRow& row);
absl::Status DropRateHolder(Transaction& transaction, const model::CredentialName& name,
                            const std::string& holder);

}  // namespace syncline::store
