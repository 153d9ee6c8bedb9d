#include "queue/schedule_ticker.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/status.h"
#include "model/schedule_time.h"
#include "queue/enqueue.h"
#include "queue/schedule_timing.h"
#include "store/pg_error.h"
#include "store/proto_json.h"
#include "store/sql.h"

namespace syncline::queue {
namespace {

// A due schedule, its row locked by the transaction that judges it.
struct DueSchedule {
  std::string workspace;
  std::string integration;
  std::string schedule;
  std::string spec;
  base::Time first_missed;  // its next_fire_time
  base::Time now;           // of the database
};

// What a schedule's ticks up to now come to.
struct Judgement {
  base::Time nominal_time;              // the newest tick
  std::optional<base::Time> next_time;  // none: the definition cannot be read any more
  std::string skip_reason;              // "" = it yields a run
};

store::Parameters KeyOf(const DueSchedule& due) {
  return store::Parameters().Text(due.workspace).Text(due.integration).Text(due.schedule);
}

absl::StatusOr<model::ScheduleTiming> ParseTiming(const DueSchedule& due) {
  v1::Schedule schedule;
  SYNCLINE_RETURN_IF_ERROR(store::FromProtoJson(due.spec, &schedule));
  // Whoever saved the schedule put next_fire_time on its grid; counting from there, not from
  // create_time once more, keeps an interval's ticks the same to the microsecond.
  return TimingOf(schedule, due.first_missed);
}

absl::StatusOr<std::optional<DueSchedule>> TakeDue(store::Transaction& transaction) {
  SYNCLINE_ASSIGN_OR_RETURN(const store::Result row,
                            transaction.Execute(store::sql::kScheduleTickDue));
  if (row.empty()) return std::nullopt;
  return DueSchedule{std::string(row.Text(0, 0)),
                     std::string(row.Text(0, 1)),
                     std::string(row.Text(0, 2)),
                     std::string(row.Text(0, 3)),
                     row.Time(0, 4),
                     row.Time(0, 5)};
}

absl::StatusOr<Judgement> JudgeTiming(const DueSchedule& due, std::chrono::milliseconds window) {
  SYNCLINE_ASSIGN_OR_RETURN(const model::ScheduleTiming timing, ParseTiming(due));
  Judgement judgement;
  SYNCLINE_ASSIGN_OR_RETURN(const base::Time latest, model::LatestFireTime(timing, due.now));
  judgement.nominal_time = std::max(latest, due.first_missed);
  SYNCLINE_ASSIGN_OR_RETURN(judgement.next_time, model::NextFireTime(timing, due.now));
  if (due.now - judgement.nominal_time > window) {
    judgement.skip_reason = base::ReasonName(base::Reason::kDeadlineExceeded);
  }
  return judgement;
}

// A schedule that cannot be read any more (a zone that the machine no longer knows) is skipped once
// and fires no more until it is saved anew.
Judgement Judge(const DueSchedule& due, std::chrono::milliseconds window) {
  const absl::StatusOr<Judgement> judged = JudgeTiming(due, window);
  if (judged.ok()) return *judged;
  return {due.first_missed, std::nullopt,
          std::string(base::ReasonName(base::ReasonOf(judged.status())))};
}

absl::Status RecordSkip(store::Transaction& transaction, const DueSchedule& due,
                        base::Time nominal_time, std::string_view reason) {
  return transaction
      .Execute(store::sql::kScheduleTickSkip, KeyOf(due).Time(nominal_time).Text(reason))
      .status();
}

// Errors that end this transaction; every other one says what is wrong with the integration, and
// must not keep the schedules behind it from their turn.
bool IsOfDatabase(const absl::Status& status) {
  const base::Reason reason = base::ReasonOf(status);
  return reason == base::Reason::kDatabaseUnavailable ||
         reason == base::Reason::kDatabaseConflict || !store::SqlStateOf(status).empty();
}

// Queues the run of a tick. The reason why not, if this integration cannot run now.
absl::StatusOr<std::string> QueueRun(store::Transaction& transaction, const DueSchedule& due,
                                     base::Time nominal_time, const std::string& run_id) {
  EnqueueRequest request{.workspace = due.workspace,
                         .integration = due.integration,
                         .trigger = model::RunTrigger::kSchedule,
                         .schedule = due.schedule,
                         .nominal_time = nominal_time};
  v1::Schedule schedule;
  SYNCLINE_RETURN_IF_ERROR(store::FromProtoJson(due.spec, &schedule));
  request.full = schedule.full();
  absl::StatusOr<DefinitionSnapshot> definition =
      TakeDefinition(transaction, due.workspace, due.integration);
  absl::Status status = definition.status();
  if (status.ok()) {
    request.definition = *std::move(definition);
    status = Enqueue(transaction, request, run_id);
  }
  // ALREADY_EXISTS: the tick was judged before the schedule's time was set back; it keeps its one
  // run (I4).
  if (status.ok() || base::ReasonOf(status) == base::Reason::kAlreadyExists) return "";
  if (IsOfDatabase(status)) return status;
  return std::string(base::ReasonName(base::ReasonOf(status)));
}

// Writes what the ticks came to: a run or a skip, what was missed before, the next time.
absl::Status Carry(store::Transaction& transaction, const DueSchedule& due,
                   const std::string& run_id, Judgement* judgement) {
  if (judgement->nominal_time > due.first_missed) {
    SYNCLINE_RETURN_IF_ERROR(RecordSkip(transaction, due, due.first_missed,
                                        base::ReasonName(base::Reason::kDeadlineExceeded)));
  }
  if (judgement->skip_reason.empty()) {
    SYNCLINE_ASSIGN_OR_RETURN(judgement->skip_reason,
                              QueueRun(transaction, due, judgement->nominal_time, run_id));
  }
  if (!judgement->skip_reason.empty()) {
    SYNCLINE_RETURN_IF_ERROR(
        RecordSkip(transaction, due, judgement->nominal_time, judgement->skip_reason));
  }
  return transaction
      .Execute(store::sql::kScheduleTickAdvance, KeyOf(due)
                                                     .OptionalTime(judgement->next_time)
                                                     .Time(judgement->nominal_time)
                                                     .Text(judgement->skip_reason))
      .status();
}

}  // namespace

ScheduleTicker::ScheduleTicker(Options options, store::Database& database, const base::Clock& clock,
                               base::Random& random, base::Logger& logger,
                               std::function<void()> on_queued)
    : options_(options),
      database_(database),
      clock_(clock),
      random_(random),
      logger_(logger),
      on_queued_(std::move(on_queued)),
      loop_(clock, random) {}

absl::Status ScheduleTicker::Start() {
  loop_.Start(options_.period, [this](std::stop_token) {
    if (const absl::StatusOr<int> judged = Tick(); !judged.ok()) {
      logger_.Warning("schedule.tick_failed", {{"error", judged.status()}});
    }
  });
  return absl::OkStatus();
}

void ScheduleTicker::Stop() { loop_.Stop(); }

absl::StatusOr<int> ScheduleTicker::Tick() {
  for (int count = 0; count < kTickCountMax; ++count) {
    SYNCLINE_ASSIGN_OR_RETURN(const bool judged, TickOne());
    if (!judged) return count;
  }
  return kTickCountMax;
}

absl::StatusOr<bool> ScheduleTicker::TickOne() {
  std::optional<DueSchedule> due;
  Judgement judgement;
  const std::string run_id = base::MakeUuidV7(clock_.Now(), random_);
  const absl::Status status =
      database_.RunTransaction([&](store::Transaction& transaction) -> absl::Status {
        SYNCLINE_ASSIGN_OR_RETURN(due, TakeDue(transaction));
        if (!due.has_value()) return absl::OkStatus();
        judgement = Judge(*due, options_.catch_up_window);
        return Carry(transaction, *due, run_id, &judgement);
      });
  if (!status.ok()) return status;
  if (!due.has_value()) return false;
  logger_.Info("schedule.ticked", {{"workspace", due->workspace},
                                   {"integration", due->integration},
                                   {"schedule", due->schedule},
                                   {"skip_reason", judgement.skip_reason}});
  if (judgement.skip_reason.empty() && on_queued_) on_queued_();
  return true;
}

}  // namespace syncline::queue
