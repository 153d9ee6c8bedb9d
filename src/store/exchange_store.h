#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/exchange.h"
#include "store/database.h"
#include "syncline/v1/exchange.pb.h"

namespace syncline::store {

// Of each integration, the runs whose exchanges are kept.
inline constexpr std::int64_t kExchangeRunsMax = 20;

// The wire form.
v1::Exchange ToProto(const model::Exchange& exchange);

// The exchanges of one run, redacted before they come here (I5). Every function works inside the
// caller's transaction and keeps no state.

// What the run's earlier owners wrote.
struct ExchangesBefore {
  std::int64_t last_id = 0;
  std::int64_t failed_count = 0;
};
absl::StatusOr<ExchangesBefore> FindExchanges(Transaction& transaction, std::string_view workspace,
                                              std::string_view run_id);

// Under the fence of the run's owner; nothing is written for another one. Of what did not fail the
// `newest` are kept, of the integration the newest kExchangeRunsMax runs; the transaction's commit
// does not wait for the disk.
struct ExchangeOwner {
  std::string workspace;
  std::string run_id;
  std::string worker_id;
  std::int64_t epoch = 0;
};
absl::Status WriteExchanges(Transaction& transaction, const ExchangeOwner& owner,
                            const std::vector<model::Exchange>& exchanges, std::int64_t newest);

// Up to `limit` in order of id, after `after_id` (0 = from the start).
absl::StatusOr<std::vector<v1::Exchange>> ListExchanges(Transaction& transaction,
                                                        std::string_view workspace,
                                                        std::string_view run_id,
                                                        std::int64_t after_id, std::int64_t limit);

}  // namespace syncline::store
