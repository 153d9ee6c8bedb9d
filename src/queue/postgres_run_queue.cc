#include "queue/postgres_run_queue.h"

#include <algorithm>
#include <string_view>

#include "base/status.h"
#include "queue/run_ending.h"
#include "store/run_event_json.h"
#include "store/sql.h"

namespace syncline::queue {
namespace {

absl::Status Fenced() {
  return base::Error(base::Reason::kRunFenced, "the run is no longer this worker's");
}

absl::Status InsertEvent(store::Transaction& transaction, const std::string& run_id,
                         std::int64_t sequence, const model::RunEventBody& event) {
  return transaction
      .Execute(store::sql::kRunEventInsert, store::Parameters()
                                                .Uuid(run_id)
                                                .Int64(sequence)
                                                .Text(model::RunEventKind(event))
                                                .Json(store::EncodeRunEvent(event)))
      .status();
}

// Completes a claimed queue row (RunQueueClaim) with the run's own row and writes its `started`
// event.
absl::StatusOr<ClaimedRun> Begin(store::Transaction& transaction, const store::Result& rows,
                                 int row) {
  ClaimedRun run;
  run.run_id = rows.Uuid(row, 0);
  run.integration_uid = rows.Int64(row, 1);
  run.epoch = rows.Int64(row, 2);
  run.attempt = static_cast<int>(rows.Int64(row, 3));
  run.pages_committed = rows.Int64(row, 4);
  run.checkpoint = rows.OptionalText(row, 5).value_or("");
  const std::int64_t sequence = rows.Int64(row, 6);
  run.cancel_requested = rows.Bool(row, 7);
  run.request_attempt = static_cast<int>(rows.Int64(row, 8));
  run.paid = rows.Bool(row, 9);
  run.parked = std::chrono::milliseconds(rows.Int64(row, 10));
  SYNCLINE_ASSIGN_OR_RETURN(
      const store::Result started,
      transaction.Execute(store::sql::kRunStart,
                          store::Parameters().Uuid(run.run_id).Int64(sequence)));
  if (started.empty()) return base::Error(base::Reason::kInternal, "a queued run has no row");
  run.workspace = started.Text(0, 0);
  run.integration = started.Text(0, 1);
  SYNCLINE_ASSIGN_OR_RETURN(run.counters, store::DecodeCounters(started.Text(0, 2)));
  run.definition = started.Text(0, 3);
  run.start_time = started.Time(0, 5);
  run.full = started.Bool(0, 6);
  SYNCLINE_RETURN_IF_ERROR(InsertEvent(transaction, run.run_id, sequence,
                                       model::RunStarted{run.attempt, run.pages_committed + 1}));
  return run;
}

// A worker that drains, or lost a run to another one, did not fail: whoever is next goes on at
// once.
bool IsTrouble(std::string_view reason) {
  return reason != base::ReasonName(base::Reason::kDraining) &&
         reason != base::ReasonName(base::Reason::kRunFenced);
}

// The vendor knows nobody by that sign-in: asking again would only lock the account.
bool IsSignInRefused(const model::RunError& error) {
  const auto status = error.metadata.find("status");
  return error.reason == base::ReasonName(base::Reason::kAuthFailed) &&
         status != error.metadata.end() && status->second == "401";
}

}  // namespace

absl::StatusOr<std::vector<ClaimedRun>> PostgresRunQueue::Claim(int count) {
  SYNCLINE_ASSIGN_OR_RETURN(std::vector<ClaimedRun> found, ResolveDoubtful());
  if (!found.empty()) return found;
  std::vector<ClaimedRun> claimed;
  const absl::Status status =
      database_.RunTransaction([&](store::Transaction& transaction) -> absl::Status {
        claimed.clear();
        SYNCLINE_ASSIGN_OR_RETURN(
            const store::Result rows,
            transaction.Execute(store::sql::kRunQueueClaim,
                                store::Parameters().Uuid(worker_id_).Int64(count)));
        for (int row = 0; row < rows.size(); ++row) {
          SYNCLINE_ASSIGN_OR_RETURN(ClaimedRun run, Begin(transaction, rows, row));
          claimed.push_back(std::move(run));
        }
        return absl::OkStatus();
      });
  if (status.ok()) return claimed;
  if (base::MetadataOf(status).contains("commit")) {
    const std::lock_guard lock(mutex_);
    doubtful_ = std::move(claimed);
  }
  return status;
}

absl::StatusOr<std::vector<ClaimedRun>> PostgresRunQueue::ResolveDoubtful() {
  const std::lock_guard lock(mutex_);
  if (doubtful_.empty()) return std::vector<ClaimedRun>();
  SYNCLINE_ASSIGN_OR_RETURN(const std::vector<Interrupt> interrupts, PollInterrupts(doubtful_));
  std::erase_if(doubtful_, [&](const ClaimedRun& run) {
    return std::ranges::any_of(interrupts, [&](const Interrupt& interrupt) {
      return interrupt.fenced && interrupt.run_id == run.run_id;
    });
  });
  return std::exchange(doubtful_, {});
}

absl::Status PostgresRunQueue::Append(const ClaimedRun& run, const model::RunEventBody& event) {
  store::Parameters parameters;
  parameters.Uuid(run.run_id).Uuid(worker_id_).Int64(run.epoch).Text(model::RunEventKind(event));
  parameters.Json(store::EncodeRunEvent(event));
  if (const auto* waiting = std::get_if<model::RunWaiting>(&event)) {
    parameters.Json(store::EncodeRunWait(waiting->wait));
  } else {
    parameters.Null();
  }
  SYNCLINE_ASSIGN_OR_RETURN(const store::Result row,
                            database_.Execute(store::sql::kRunQueueAppend, parameters));
  return row.empty() ? Fenced() : absl::OkStatus();
}

absl::Status PostgresRunQueue::Finish(const ClaimedRun& run, const RunEnding& ending) {
  return database_.RunTransaction([&](store::Transaction& transaction) -> absl::Status {
    // Before the queue's row, in the order in which ticks lock them.
    if (IsSignInRefused(ending.error)) {
      SYNCLINE_RETURN_IF_ERROR(
          transaction.Execute(store::sql::kRunPauseSchedules, store::Parameters().Uuid(run.run_id))
              .status());
    }
    SYNCLINE_ASSIGN_OR_RETURN(
        const store::Result removed,
        transaction.Execute(
            store::sql::kRunQueueRemove,
            store::Parameters().Uuid(run.run_id).Uuid(worker_id_).Int64(run.epoch)));
    if (removed.empty()) return Fenced();
    return WriteRunEnding(transaction, run.run_id, removed.Int64(0, 0), ending);
  });
}

absl::Status PostgresRunQueue::Release(const ClaimedRun& run, std::string_view reason) {
  return database_.RunTransaction([&](store::Transaction& transaction) -> absl::Status {
    SYNCLINE_ASSIGN_OR_RETURN(
        const store::Result released,
        transaction.Execute(store::sql::kRunQueueRelease, store::Parameters()
                                                              .Uuid(run.run_id)
                                                              .Uuid(worker_id_)
                                                              .Int64(run.epoch)
                                                              .Int64(IsTrouble(reason) ? 1 : 0)));
    if (released.empty()) return Fenced();
    const std::int64_t sequence = released.Int64(0, 0);
    SYNCLINE_RETURN_IF_ERROR(
        transaction
            .Execute(store::sql::kRunRequeue, store::Parameters().Uuid(run.run_id).Int64(sequence))
            .status());
    return InsertEvent(transaction, run.run_id, sequence, model::RunReleased{std::string(reason)});
  });
}

absl::Status PostgresRunQueue::Park(const ClaimedRun& run, const RunParking& parking) {
  return database_.RunTransaction([&](store::Transaction& transaction) -> absl::Status {
    SYNCLINE_ASSIGN_OR_RETURN(
        const store::Result parked,
        transaction.Execute(store::sql::kRunQueuePark, store::Parameters()
                                                           .Uuid(run.run_id)
                                                           .Uuid(worker_id_)
                                                           .Int64(run.epoch)
                                                           .Int64(parking.delay.count())
                                                           .Int64(parking.request_attempt)
                                                           .Bool(parking.paid)));
    if (parked.empty()) return Fenced();
    const std::int64_t sequence = parked.Int64(0, 0);
    model::RunWait wait = parking.wait;
    wait.until_time = parked.Time(0, 1);  // by the clock that lets it go on
    SYNCLINE_RETURN_IF_ERROR(
        transaction
            .Execute(store::sql::kRunPark, store::Parameters()
                                               .Uuid(run.run_id)
                                               .Int64(sequence)
                                               .Json(store::EncodeRunWait(wait)))
            .status());
    return InsertEvent(transaction, run.run_id, sequence,
                       model::RunWaiting{wait, parking.request_attempt, true});
  });
}

absl::StatusOr<std::vector<RunQueue::Interrupt>> PostgresRunQueue::PollInterrupts(
    const std::vector<ClaimedRun>& runs) {
  if (runs.empty()) return std::vector<Interrupt>();
  std::vector<std::string_view> ids;
  std::vector<std::int64_t> epochs;
  for (const ClaimedRun& run : runs) {
    ids.push_back(run.run_id);
    epochs.push_back(run.epoch);
  }
  SYNCLINE_ASSIGN_OR_RETURN(
      const store::Result rows,
      database_.Execute(store::sql::kRunQueueInterrupts,
                        store::Parameters().Uuid(worker_id_).TextArray(ids).Int64Array(epochs)));
  std::vector<Interrupt> interrupts;
  for (int row = 0; row < rows.size(); ++row) {
    const bool fenced = rows.Bool(row, 1);
    interrupts.push_back({.run_id = rows.Uuid(row, 0), .cancelled = !fenced, .fenced = fenced});
  }
  return interrupts;
}

}  // namespace syncline::queue
