#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "queue/run_queue.h"
#include "store/database.h"

namespace syncline::queue {

// RunQueue on the run_queue table, for one worker. Owned by the composition root, safe for
// concurrent use. Runs are claimed with SKIP LOCKED, so workers do not wait for one another.
class PostgresRunQueue final : public RunQueue {
 public:
  // `worker_id`: the row that WorkerLease keeps alive; without it nothing can be claimed.
  PostgresRunQueue(store::Database& database, std::string worker_id)
      : database_(database), worker_id_(std::move(worker_id)) {}

  absl::StatusOr<std::vector<ClaimedRun>> Claim(int count) override;
  absl::Status Append(const ClaimedRun& run, const model::RunEventBody& event) override;
  absl::Status Finish(const ClaimedRun& run, const RunEnding& ending) override;
  absl::Status Release(const ClaimedRun& run, std::string_view reason) override;
  absl::Status Park(const ClaimedRun& run, const RunParking& parking) override;
  absl::StatusOr<std::vector<Interrupt>> PollInterrupts(
      const std::vector<ClaimedRun>& runs) override;

 private:
  absl::StatusOr<std::vector<ClaimedRun>> ResolveDoubtful();

  store::Database& database_;
  const std::string worker_id_;
  std::mutex mutex_;
  // Claims whose commit lost its answer: ours or not, the next Claim finds out. Otherwise they
  // would be ours in the table and run by nobody (I6).
  std::vector<ClaimedRun> doubtful_;
};

}  // namespace syncline::queue
