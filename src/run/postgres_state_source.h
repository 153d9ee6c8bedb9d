#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/status.h"
#include "pull/watermark.h"
#include "store/database.h"
#include "store/incremental_state_store.h"

namespace syncline::run {

// The states of one integration, in its workspace's tables. Safe for concurrent use; the database
// outlives it.
class PostgresStateSource final : public pull::StateSource {
 public:
  PostgresStateSource(store::Database& database, store::IncrementalStates states)
      : database_(database), states_(std::move(states)) {}

  absl::StatusOr<std::optional<std::int64_t>> Find(const std::string& partition) override {
    std::optional<std::int64_t> found;
    SYNCLINE_RETURN_IF_ERROR(
        database_.RunTransaction([&](store::Transaction& transaction) -> absl::Status {
          SYNCLINE_ASSIGN_OR_RETURN(found, states_.Find(transaction, partition));
          return absl::OkStatus();
        }));
    return found;
  }

 private:
  store::Database& database_;
  const store::IncrementalStates states_;
};

}  // namespace syncline::run
