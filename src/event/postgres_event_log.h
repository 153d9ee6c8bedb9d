#pragma once

#include <string>
#include <vector>

#include "event/event_log.h"
#include "store/database.h"
#include "store/result.h"

namespace syncline::event {

// EventLog on the table run_event. Owned by the composition root.
class PostgresEventLog final : public EventLog {
 public:
  explicit PostgresEventLog(store::Database& database) : database_(database) {}
  absl::StatusOr<std::vector<model::RunEvent>> ReadAfter(const std::string& run_id,
                                                         std::int64_t after, int limit) override;

 private:
  store::Database& database_;
};

// The event in `row`, whose columns from `first_column` on are sequence, time, kind and payload.
// INTERNAL for an event that this build cannot read.
absl::StatusOr<model::RunEvent> ReadEventRow(const store::Result& rows, int row, int first_column);

}  // namespace syncline::event
