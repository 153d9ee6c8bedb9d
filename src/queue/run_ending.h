#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "queue/run_queue.h"
#include "store/database.h"

namespace syncline::queue {

// Writes how a run ends: its state, verdict and error and, as event `sequence`, the terminal event
// with its counters (I3). The caller has removed the queue row in the same transaction, which makes
// this the only ending. Errors of the database.
absl::Status WriteRunEnding(store::Transaction& transaction, const std::string& run_id,
                            std::int64_t sequence, const RunEnding& ending);

}  // namespace syncline::queue
