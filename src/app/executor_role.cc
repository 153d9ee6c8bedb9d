#include "app/executor_role.h"

#include <unistd.h>

#include <array>
#include <utility>

#include "base/status.h"
#include "http/curl_transport.h"

namespace syncline::app {
namespace {

queue::WorkerLease::Options LeaseOptions(const Foundation& foundation) {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  queue::WorkerLease::Options options;
  options.worker_id = foundation.worker_id;
  options.host = host.data();
  options.process_id = getpid();
  options.version = kVersion;
  return options;
}

}  // namespace

ExecutorRole::ExecutorRole(const Config& config, Foundation& foundation,
                           std::function<void()> on_lease_lost)
    : lease_(LeaseOptions(foundation), foundation.database, foundation.clock, foundation.logger,
             [this, on_lost = std::move(on_lease_lost)] {
               executor_->LoseAll();
               on_lost();
             }),
      queue_(foundation.database, foundation.worker_id),
      transport_(http::MakeCurlTransport({.guard = foundation.egress_guard})),
      resources_(foundation.database, *foundation.credentials,
                 {.transport = *transport_, .clock = foundation.clock, .random = foundation.random},
                 foundation.worker_id) {
  run::Executor::Options options;
  options.run_count_max = config.executor_run_count;
  executor_ = std::make_unique<run::Executor>(
      options, run::RunContext{.queue = queue_,
                               .feed = foundation.event_feed,
                               .resources = resources_,
                               .transport = *transport_,
                               .clock = foundation.clock,
                               .random = foundation.random,
                               .logger = foundation.logger,
                               .may_commit_until = [this] { return lease_.MayCommitUntil(); }});
}

absl::Status ExecutorRole::Start() {
  SYNCLINE_RETURN_IF_ERROR(lease_.Start());
  return executor_->Start();
}

void ExecutorRole::Stop() {
  executor_->Stop();
  lease_.Stop();
}

}  // namespace syncline::app
