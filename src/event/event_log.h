#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "model/run_event.h"

namespace syncline::event {

// Reads the events of runs by sequence number. Safe for concurrent use; the in-memory one and the
// PostgreSQL one pass the same contract suite.
class EventLog {
 public:
  virtual ~EventLog() = default;
  // Events with sequence > after, in order, at most `limit`. NOT_FOUND for an unknown run.
  virtual absl::StatusOr<std::vector<model::RunEvent>> ReadAfter(const std::string& run_id,
                                                                 std::int64_t after, int limit) = 0;
};

}  // namespace syncline::event
