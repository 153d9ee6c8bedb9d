#pragma once

#include <functional>
#include <memory>

#include "app/foundation.h"
#include "base/service.h"
#include "http/transport.h"
#include "queue/postgres_run_queue.h"
#include "queue/worker_lease.h"
#include "run/executor.h"
#include "run/postgres_run_resources.h"

namespace syncline::app {

// The role `executor`: this process as a worker, from its lease to the vendors.
class ExecutorRole final : public base::Service {
 public:
  // `on_lease_lost`: this worker is dead for the others; the process must end.
  ExecutorRole(const Config& config, Foundation& foundation, std::function<void()> on_lease_lost);
  absl::Status Start() override;
  // Hands every run back, then gives up the lease.
  void Stop() override;
  // A run was queued.
  void Poke() { executor_->Poke(); }

 private:
  queue::WorkerLease lease_;
  queue::PostgresRunQueue queue_;
  const std::unique_ptr<http::Transport> transport_;
  run::PostgresRunResources resources_;
  std::unique_ptr<run::Executor> executor_;
};

}  // namespace syncline::app
