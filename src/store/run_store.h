#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "model/resource_name.h"
#include "store/database.h"
#include "syncline/v1/run.pb.h"

namespace syncline::store {

// Rows of syncline.run as they stand on the wire. Every function works inside the caller's
// transaction and keeps no state. Runs are made and changed by `queue` and `load`.

// NOT_FOUND.
absl::StatusOr<v1::Run> GetRun(Transaction& transaction, const model::RunName& name);

// Up to `limit`, newest first, older than the run `before_id` ("" = from the newest). The
// integration
// "-" means all of the workspace. Empty for an integration that does not exist: the caller checks.
absl::StatusOr<std::vector<v1::Run>> ListRuns(Transaction& transaction,
                                              const model::IntegrationName& parent,
                                              std::string_view before_id, std::int64_t limit);

}  // namespace syncline::store
