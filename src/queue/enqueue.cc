#include "queue/enqueue.h"

#include <fmt/format.h>

#include "base/status.h"
#include "model/resource_name.h"
#include "model/run_event.h"
#include "queue/run_ending.h"
#include "store/run_event_json.h"
#include "store/sql.h"

namespace syncline::queue {
namespace {

// RUN_ACTIVE when the integration has a run that has not ended.
absl::Status CheckIdle(store::Transaction& transaction, std::int64_t integration_uid) {
  SYNCLINE_ASSIGN_OR_RETURN(const store::Result active,
                            transaction.Execute(store::sql::kRunQueueActiveOf,
                                                store::Parameters().Int64(integration_uid)));
  if (active.empty()) return absl::OkStatus();
  const model::RunName name{std::string(active.Text(0, 0)), std::string(active.Text(0, 1)),
                            active.Uuid(0, 2)};
  return base::Error(
      base::Reason::kRunActive,
      fmt::format("{} has not ended; an integration has one run at a time", name.ToString()),
      {{"run", name.ToString()}});
}

store::Parameters RowOf(const EnqueueRequest& request, const std::string& run_id) {
  return store::Parameters()
      .Uuid(run_id)
      .Text(request.workspace)
      .Text(request.integration)
      .Int64(request.definition.integration_uid)
      .Text(model::RunTriggerName(request.trigger))
      .OptionalText(request.schedule)
      .OptionalTime(request.nominal_time)
      .Json(request.definition.json)
      .Int64(request.definition.mapping_version)
      .Bool(request.full);
}

}  // namespace

absl::Status Enqueue(store::Transaction& transaction, const EnqueueRequest& request,
                     const std::string& run_id) {
  const std::int64_t uid = request.definition.integration_uid;
  SYNCLINE_RETURN_IF_ERROR(CheckIdle(transaction, uid));
  SYNCLINE_ASSIGN_OR_RETURN(const store::Result run,
                            transaction.Execute(store::sql::kRunInsert, RowOf(request, run_id)));
  if (run.affected() == 0)
    return base::Error(base::Reason::kAlreadyExists, "this tick has its run already");
  SYNCLINE_ASSIGN_OR_RETURN(const store::Result queued,
                            transaction.Execute(store::sql::kRunQueueInsert,
                                                store::Parameters().Uuid(run_id).Int64(uid)));
  if (queued.affected() == 0) {
    // Another transaction was quicker since the check above; leave no trace of ours.
    SYNCLINE_RETURN_IF_ERROR(
        transaction.Execute(store::sql::kRunDelete, store::Parameters().Uuid(run_id)).status());
    SYNCLINE_RETURN_IF_ERROR(CheckIdle(transaction, uid));
    return base::Error(base::Reason::kDatabaseConflict,
                       "the integration's other run ended just now");
  }
  const model::RunEventBody event = model::RunQueued{request.trigger};
  SYNCLINE_RETURN_IF_ERROR(
      transaction
          .Execute(store::sql::kRunEventInsert, store::Parameters()
                                                    .Uuid(run_id)
                                                    .Int64(1)
                                                    .Text(model::RunEventKind(event))
                                                    .Json(store::EncodeRunEvent(event)))
          .status());
  return transaction.Execute(store::sql::kRunSetSequence, store::Parameters().Uuid(run_id).Int64(1))
      .status();
}

absl::Status RequestCancel(store::Transaction& transaction, const std::string& run_id) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const store::Result row,
      transaction.Execute(store::sql::kRunQueueLock, store::Parameters().Uuid(run_id)));
  if (row.empty()) return base::Error(base::Reason::kRunNotActive, "the run has ended");
  SYNCLINE_ASSIGN_OR_RETURN(const model::RunState state, model::ParseRunState(row.Text(0, 0)));
  if (state == model::RunState::kRunning) {
    return transaction.Execute(store::sql::kRunQueueSetCancel, store::Parameters().Uuid(run_id))
        .status();
  }
  SYNCLINE_ASSIGN_OR_RETURN(
      const store::Result with_job,
      transaction.Execute(store::sql::kRunQueueCancelWithJob, store::Parameters().Uuid(run_id)));
  if (!with_job.empty()) return absl::OkStatus();
  SYNCLINE_ASSIGN_OR_RETURN(
      const store::Result removed,
      transaction.Execute(store::sql::kRunQueueRemoveLocked, store::Parameters().Uuid(run_id)));
  return WriteRunEnding(
      transaction, run_id, removed.Int64(0, 0),
      {.state = model::RunState::kCancelled, .verdict = model::Verdict::kCancelled});
}

}  // namespace syncline::queue
