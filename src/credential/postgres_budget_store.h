#pragma once

#include <string>

#include "http/budget_store.h"
#include "model/resource_name.h"
#include "store/database.h"

namespace syncline::credential {

// BudgetStore on the rows of one credential, by the database's clock. Places of a worker whose
// lease is over are free again. Safe for concurrent use.
class PostgresBudgetStore final : public http::BudgetStore {
 public:
  // `worker_id`: whose lease the places hang on. `database` must outlive this.
  PostgresBudgetStore(store::Database& database, model::CredentialName name,
                      const http::RateLimit& limit, std::string worker_id)
      : database_(database),
        name_(std::move(name)),
        limit_(limit),
        worker_id_(std::move(worker_id)) {}

  // NOT_FOUND when the credential is gone; DATABASE_UNAVAILABLE, DATABASE_CONFLICT.
  absl::StatusOr<http::BudgetShare> Take(const http::BudgetDemand& demand) override;
  absl::Status Block(std::chrono::milliseconds pause) override;

 private:
  absl::Status StoreHolder(store::Transaction& transaction, const http::BudgetState& state,
                           const http::BudgetDemand& demand) const;

  store::Database& database_;
  const model::CredentialName name_;
  const http::RateLimit limit_;
  const std::string worker_id_;
};

}  // namespace syncline::credential
