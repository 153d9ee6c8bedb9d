#include "queue/worker_lease.h"

#include <fmt/format.h>

#include "base/status.h"
#include "store/sql.h"

namespace syncline::queue {

WorkerLease::WorkerLease(Options options, const store::Database& database, const base::Clock& clock,
                         base::Logger& logger, std::function<void()> on_lost)
    : options_(std::move(options)),
      database_(database),
      clock_(clock),
      logger_(logger),
      on_lost_(std::move(on_lost)) {}

WorkerLease::~WorkerLease() { Stop(); }

absl::Status WorkerLease::Start() {
  const base::SteadyTime begin = clock_.SteadyNow();
  SYNCLINE_RETURN_IF_ERROR(Connect());
  SYNCLINE_RETURN_IF_ERROR(
      connection_
          ->Execute(store::sql::kWorkerRegister, store::Parameters()
                                                     .Uuid(options_.worker_id)
                                                     .Text(options_.host)
                                                     .Int64(options_.process_id)
                                                     .Text(options_.version)
                                                     .Int64(options_.time_to_live.count()))
          .status());
  registered_ = true;
  Trust(begin);
  thread_ = std::jthread([this](std::stop_token stop) { Run(std::move(stop)); });
  return absl::OkStatus();
}

void WorkerLease::Stop() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  trusted_until_ = base::SteadyTime::min().time_since_epoch().count();
  if (!std::exchange(registered_, false)) return;
  // Best effort: a row that stays expires by itself.
  if (connection_ == nullptr || connection_->broken()) Connect().IgnoreError();
  if (connection_ != nullptr) {
    connection_
        ->Execute(store::sql::kWorkerUnregister, store::Parameters().Uuid(options_.worker_id))
        .status()
        .IgnoreError();
  }
  connection_.reset();
}

base::SteadyTime WorkerLease::MayCommitUntil() const {
  return base::SteadyTime(base::SteadyTime::duration(trusted_until_.load()));
}

void WorkerLease::Trust(base::SteadyTime begin) {
  trusted_until_ = (begin + options_.trust_window).time_since_epoch().count();
}

absl::Status WorkerLease::Connect() {
  connection_.reset();
  store::SessionOptions session = database_.options().session;
  session.application_name = fmt::format("synclined/{}", options_.worker_id);
  session.connect_timeout = options_.call_timeout;
  session.call_timeout = options_.call_timeout;
  session.statement_timeout = options_.call_timeout;
  session.lock_timeout = options_.call_timeout;
  SYNCLINE_ASSIGN_OR_RETURN(connection_, database_.OpenConnection(session));
  return absl::OkStatus();
}

absl::StatusOr<bool> WorkerLease::Beat() {
  if (connection_ == nullptr || connection_->broken()) SYNCLINE_RETURN_IF_ERROR(Connect());
  const base::SteadyTime begin = clock_.SteadyNow();
  SYNCLINE_ASSIGN_OR_RETURN(
      const store::Result row,
      connection_->Execute(
          store::sql::kWorkerHeartbeat,
          store::Parameters().Uuid(options_.worker_id).Int64(options_.time_to_live.count())));
  if (row.affected() == 0) return false;
  Trust(begin);
  return true;
}

void WorkerLease::Run(std::stop_token stop) {
  std::chrono::milliseconds wait = options_.period;
  while (clock_.WaitFor(wait, stop)) {
    const absl::StatusOr<bool> alive = Beat();
    if (alive.ok() && !*alive) {
      trusted_until_ = base::SteadyTime::min().time_since_epoch().count();
      logger_.Error("worker.lost", {{"worker", options_.worker_id}});
      on_lost_();
      return;
    }
    if (!alive.ok()) logger_.Warning("worker.heartbeat_failed", {{"error", alive.status()}});
    wait = alive.ok() ? options_.period : options_.retry_period;
  }
}

}  // namespace syncline::queue
