#include "event/postgres_event_log.h"

#include <fmt/format.h>

#include "base/status.h"
#include "store/run_event_json.h"
#include "store/sql.h"

namespace syncline::event {

absl::StatusOr<model::RunEvent> ReadEventRow(const store::Result& rows, int row, int first_column) {
  model::RunEvent event;
  event.sequence = rows.Int64(row, first_column);
  event.time = rows.Time(row, first_column + 1);
  SYNCLINE_ASSIGN_OR_RETURN(event.body, store::DecodeRunEvent(rows.Text(row, first_column + 2),
                                                              rows.Text(row, first_column + 3)));
  return event;
}

absl::StatusOr<std::vector<model::RunEvent>> PostgresEventLog::ReadAfter(const std::string& run_id,
                                                                         std::int64_t after,
                                                                         int limit) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const store::Result rows,
      database_.Execute(store::sql::kRunEventReadAfter,
                        store::Parameters().Uuid(run_id).Int64(after).Int64(limit)));
  std::vector<model::RunEvent> events;
  events.reserve(static_cast<std::size_t>(rows.size()));
  for (int row = 0; row < rows.size(); ++row) {
    SYNCLINE_ASSIGN_OR_RETURN(model::RunEvent event, ReadEventRow(rows, row, 0));
    events.push_back(std::move(event));
  }
  if (!events.empty()) return events;
  SYNCLINE_ASSIGN_OR_RETURN(
      const store::Result run,
      database_.Execute(store::sql::kRunExists, store::Parameters().Uuid(run_id)));
  if (run.empty())
    return base::Error(base::Reason::kNotFound, fmt::format("run {} does not exist", run_id));
  return events;
}

}  // namespace syncline::event
