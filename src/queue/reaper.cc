#include "queue/reaper.h"

#include <fmt/format.h>

#include "base/status.h"
#include "queue/run_ending.h"
#include "store/run_event_json.h"
#include "store/sql.h"

namespace syncline::queue {
namespace {

// A run that RunQueueRescue has just taken; its queue row is locked by this transaction.
struct LostRun {
  std::string run_id;
  int crash_count = 0;
  bool cancel_requested = false;
};

absl::Status End(store::Transaction& transaction, const LostRun& run) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const store::Result removed,
      transaction.Execute(store::sql::kRunQueueRemoveLocked, store::Parameters().Uuid(run.run_id)));
  if (run.cancel_requested) {
    return WriteRunEnding(
        transaction, run.run_id, removed.Int64(0, 0),
        {.state = model::RunState::kCancelled, .verdict = model::Verdict::kCancelled});
  }
  RunEnding ending;
  ending.error = model::MakeRunError(
      base::Error(base::Reason::kWorkerLost,
                  fmt::format("{} workers were lost while they had this run", run.crash_count)));
  return WriteRunEnding(transaction, run.run_id, removed.Int64(0, 0), ending);
}

absl::Status Requeue(store::Transaction& transaction, const LostRun& run) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const store::Result row,
      transaction.Execute(store::sql::kRunQueueTakeSequence, store::Parameters().Uuid(run.run_id)));
  const std::int64_t sequence = row.Int64(0, 0);
  SYNCLINE_RETURN_IF_ERROR(
      transaction
          .Execute(store::sql::kRunRequeue, store::Parameters().Uuid(run.run_id).Int64(sequence))
          .status());
  const model::RunEventBody event =
      model::RunReleased{std::string(base::ReasonName(base::Reason::kWorkerLost))};
  return transaction
      .Execute(store::sql::kRunEventInsert, store::Parameters()
                                                .Uuid(run.run_id)
                                                .Int64(sequence)
                                                .Text(model::RunEventKind(event))
                                                .Json(store::EncodeRunEvent(event)))
      .status();
}

}  // namespace

Reaper::Reaper(Options options, store::Database& database, const base::Clock& clock,
               base::Random& random, base::Logger& logger)
    : options_(options),
      database_(database),
      clock_(clock),
      logger_(logger),
      loop_(clock, random) {}

absl::Status Reaper::Start() {
  loop_.Start(options_.period, [this](std::stop_token) { Sweep(); });
  return absl::OkStatus();
}

void Reaper::Stop() { loop_.Stop(); }

void Reaper::Sweep() {
  // In this order: a session that ends here frees its lock for the next sweep's rescue.
  const absl::StatusOr<int> rescued = Rescue();
  if (!rescued.ok()) {
    logger_.Warning("reaper.rescue_failed", {{"error", rescued.status()}});
    return;  // the database is away: nothing below would work either
  }
  if (*rescued > 0) logger_.Warning("reaper.rescued", {{"runs", *rescued}});
  if (const absl::Status status = EndSessions(); !status.ok()) {
    logger_.Warning("reaper.end_sessions_failed", {{"error", status}});
  }
  if (clock_.SteadyNow() < next_purge_) return;
  if (const absl::Status status = Purge(); !status.ok()) {
    logger_.Warning("reaper.purge_failed", {{"error", status}});
  }
  next_purge_ = clock_.SteadyNow() + options_.purge_period;
}

absl::StatusOr<int> Reaper::Rescue() {
  int count = 0;
  const absl::Status status = database_.RunTransaction([&](store::Transaction& transaction)
                                                           -> absl::Status {
    SYNCLINE_ASSIGN_OR_RETURN(
        const store::Result rows,
        transaction.Execute(
            store::sql::kRunQueueRescue,
            store::Parameters().Int64(options_.backoff.count()).Int64(kRescueCountMax)));
    count = rows.size();
    for (int row = 0; row < count; ++row) {
      const LostRun run{rows.Uuid(row, 0), static_cast<int>(rows.Int64(row, 1)), rows.Bool(row, 2)};
      const bool over = run.cancel_requested || run.crash_count >= kCrashCountMax;
      SYNCLINE_RETURN_IF_ERROR(over ? End(transaction, run) : Requeue(transaction, run));
    }
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return count;
}

absl::Status Reaper::EndSessions() {
  SYNCLINE_ASSIGN_OR_RETURN(const store::Result ended,
                            database_.Execute(store::sql::kWorkerEndSessions));
  if (!ended.empty()) logger_.Warning("reaper.sessions_ended", {{"sessions", ended.size()}});
  return absl::OkStatus();
}

absl::Status Reaper::ExpireWorkers() {
  return database_.Execute(store::sql::kWorkerExpireAll).status();
}

absl::Status Reaper::Purge() {
  SYNCLINE_RETURN_IF_ERROR(database_.Execute(store::sql::kWorkerPurge).status());
  SYNCLINE_RETURN_IF_ERROR(database_.Execute(store::sql::kRequestLogPurge).status());
  SYNCLINE_RETURN_IF_ERROR(database_.Execute(store::sql::kScheduleTickPurge).status());
  SYNCLINE_RETURN_IF_ERROR(
      database_.Execute(store::sql::kRunEventPurgeOld, store::Parameters().Int64(kPurgeCountMax))
          .status());
  return database_
      .Execute(store::sql::kRunEventPurgeLong, store::Parameters().Int64(kEventsPerRunMax))
      .status();
}

}  // namespace syncline::queue
