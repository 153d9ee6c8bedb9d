#include "queue/run_ending.h"

#include <fmt/format.h>

#include "base/status.h"
#include "store/run_event_json.h"
#include "store/sql.h"

namespace syncline::queue {

absl::Status WriteRunEnding(store::Transaction& transaction, const std::string& run_id,
                            std::int64_t sequence, const RunEnding& ending) {
  store::Parameters end;
  end.Uuid(run_id).Text(model::RunStateName(ending.state)).Text(model::VerdictName(ending.verdict));
  if (ending.error.reason.empty()) {
    end.Null();
  } else {
    end.Json(store::EncodeRunError(ending.error));
  }
  end.Int64(sequence);
  SYNCLINE_ASSIGN_OR_RETURN(const store::Result row, transaction.Execute(store::sql::kRunEnd, end));
  if (row.empty())
    return base::Error(base::Reason::kInternal, fmt::format("run {} has no row", run_id));
  model::RunEnded ended{ending.state, ending.verdict, ending.error, {}};
  SYNCLINE_ASSIGN_OR_RETURN(ended.counters, store::DecodeCounters(row.Text(0, 0)));
  const model::RunEventBody event = std::move(ended);
  return transaction
      .Execute(store::sql::kRunEventInsert, store::Parameters()
                                                .Uuid(run_id)
                                                .Int64(sequence)
                                                .Text(model::RunEventKind(event))
                                                .Json(store::EncodeRunEvent(event)))
      .status();
}

}  // namespace syncline::queue
