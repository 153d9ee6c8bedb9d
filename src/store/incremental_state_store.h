#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "store/database.h"

namespace syncline::store {

// Where the next run of a partition begins.
struct IncrementalStateRow {
  std::string partition;
  std::int64_t value = 0;
  std::string run_id;  // that stored it; "" = set by hand
  base::Time update_time;
};

// The states of one integration that have one meaning (pull::IncrementalPlan::meaning); those of
// another one are as good as absent. Every function works inside the caller's transaction.
// Immutable, safe for concurrent use.
class IncrementalStates {
 public:
  IncrementalStates(std::string_view workspace, std::int64_t integration_uid, std::string meaning);

  // nullopt when there is none.
  absl::StatusOr<std::optional<std::int64_t>> Find(Transaction& transaction,
                                                   std::string_view partition) const;
  absl::StatusOr<std::optional<IncrementalStateRow>> Get(Transaction& transaction,
                                                         std::string_view partition) const;
  // Up to `limit` in order of partition; nullopt = from the first.
  absl::StatusOr<std::vector<IncrementalStateRow>> List(
      Transaction& transaction, const std::optional<std::string>& after_partition,
      std::int64_t limit) const;
  // The caller holds the integration's lock and knows that no run is under way, here and below.
  absl::StatusOr<IncrementalStateRow> Set(Transaction& transaction, std::string_view partition,
                                          std::int64_t value) const;
  // How many were forgotten; nullopt = those of all partitions, whatever their meaning.
  absl::StatusOr<std::int64_t> Reset(Transaction& transaction,
                                     const std::optional<std::string>& partition) const;

 private:
  std::string Expanded(std::string_view statement) const;
  Parameters Key() const;

  std::string schema_name_;
  std::int64_t integration_uid_;
  std::string meaning_;
};

}  // namespace syncline::store
