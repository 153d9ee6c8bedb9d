#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "store/database.h"
#include "syncline/v1/reject.pb.h"

namespace syncline::store {

// Rejects of a run, up to `limit`, in order of reject_id, after `after_id` (0 = from the start).
// Written by the page transaction; read here, inside the caller's transaction.
absl::StatusOr<std::vector<v1::Reject>> ListRejects(Transaction& transaction,
                                                    std::string_view workspace,
                                                    std::string_view run_id, std::int64_t after_id,
                                                    std::int64_t limit);

}  // namespace syncline::store
