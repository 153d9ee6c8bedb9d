#include "app/server.h"

#include <stop_token>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "queue/reaper.h"

namespace syncline::app {

Server::Server(const Config& config, const base::Clock& clock, base::Random& random,
               base::Logger& logger, std::function<void()> on_lease_lost)
    : config_(config),
      clock_(clock),
      random_(random),
      logger_(logger),
      on_lease_lost_(std::move(on_lease_lost)) {}

Server::~Server() { Stop(); }

absl::Status Server::Start() {
  const base::SteadyTime begin = clock_.SteadyNow();
  std::string database_url = config_.database_url;
  if (database_url.empty()) {
    postgres_ = std::make_unique<EmbeddedPostgres>(
        EmbeddedPostgres::Options{config_.data_directory, config_.postgres_binary_directory},
        clock_, logger_);
    SYNCLINE_RETURN_IF_ERROR(postgres_->Start());
    database_url = postgres_->url();
  }
  SYNCLINE_ASSIGN_OR_RETURN(foundation_, LayFoundation(database_url));
  SYNCLINE_RETURN_IF_ERROR(StartRoles());
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(clock_.SteadyNow() - begin);
  logger_.Info("server.ready",
               {{"version", kVersion},
                {"listen", api_ ? fmt::format("{}", fmt::join(api_->addresses(), ",")) : "nothing"},
                {"worker_id", foundation_->worker_id},
                {"database", postgres_ ? "embedded" : "external"},
                {"took_ms", std::int64_t{took.count()}}});
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Foundation>> Server::LayFoundation(const std::string& database_url) {
  // A new id for every start: a worker that died never comes back under its old one.
  const std::string worker_id = base::MakeUuidV7(clock_.Now(), random_);
  const base::SteadyTime deadline = clock_.SteadyNow() + kDatabaseWaitMax;
  while (true) {
    auto foundation = Foundation::Make(config_, database_url, worker_id, clock_, random_, logger_);
    if (foundation.ok() ||
        base::ReasonOf(foundation.status()) != base::Reason::kDatabaseUnavailable ||
        clock_.SteadyNow() > deadline) {
      return foundation;
    }
    logger_.Warning("server.waits_for_database", {{"error", foundation.status()}});
    clock_.WaitFor(kDatabaseRetryPause, std::stop_token());
  }
}

absl::Status Server::StartRoles() {
  if (postgres_ != nullptr) {
    // The data directory is locked, so whoever stands in the worker table is dead: its runs need
    // not wait for heartbeats that will not come.
    queue::Reaper reaper({}, foundation_->database, clock_, random_, logger_);
    SYNCLINE_RETURN_IF_ERROR(reaper.ExpireWorkers());
    SYNCLINE_RETURN_IF_ERROR(reaper.Rescue().status());
  }
  SYNCLINE_RETURN_IF_ERROR(foundation_->event_feed.Start());
  if (config_.executor) {
    executor_ = std::make_unique<ExecutorRole>(config_, *foundation_, on_lease_lost_);
    SYNCLINE_RETURN_IF_ERROR(executor_->Start());
  }
  const auto on_queued = [this] {
    if (executor_ != nullptr) executor_->Poke();
  };
  if (config_.scheduler) {
    scheduler_ = std::make_unique<SchedulerRole>(*foundation_, on_queued);
    SYNCLINE_RETURN_IF_ERROR(scheduler_->Start());
  }
  if (config_.api) {
    api_ = std::make_unique<ApiRole>(config_, *foundation_, on_queued);
    SYNCLINE_RETURN_IF_ERROR(api_->Start());
  }
  return absl::OkStatus();
}

void Server::Stop() {
  if (api_ != nullptr) api_->BeginDrain();
  if (scheduler_ != nullptr) scheduler_->Stop();
  if (executor_ != nullptr) executor_->Stop();
  if (api_ != nullptr) api_->Stop();
  if (foundation_ != nullptr) foundation_->event_feed.Stop();
  api_.reset();
  scheduler_.reset();
  executor_.reset();
  foundation_.reset();
  postgres_.reset();
}

}  // namespace syncline::app
