#pragma once

#include <chrono>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/service.h"
#include "queue/periodic_loop.h"
#include "store/database.h"

namespace syncline::queue {

// Takes runs back from workers that are gone and removes what is past its time. Runs in every
// replica with the role `scheduler`, without a leader: row locks keep replicas apart. Owned by the
// composition root.
class Reaper final : public base::Service {
 public:
  static constexpr int kCrashCountMax = 3;         // crashes without a committed page between them
  static constexpr int kRescueCountMax = 100;      // per sweep
  static constexpr int kEventsPerRunMax = 10'000;  // progress beyond is dropped, oldest first
  static constexpr int kPurgeCountMax = 10'000;    // rows per statement
  struct Options {
    std::chrono::milliseconds period{5'000};
    std::chrono::milliseconds purge_period{600'000};
    std::chrono::milliseconds backoff{
        1'000};  // before a rescued run is due, doubled with every crash
  };
  Reaper(Options options, store::Database& database, const base::Clock& clock, base::Random& random,
         base::Logger& logger);

  absl::Status Start() override;
  void Stop() override;

  // One sweep: queues runs of dead workers again; the one that lost kCrashCountMax workers without
  // a page between them ends as FAILED, WORKER_LOST. Returns the number of runs taken.
  absl::StatusOr<int> Rescue();
  // Ends the database sessions of workers whose row has expired: a process that is frozen while it
  // holds a lock cannot be timed out otherwise.
  absl::Status EndSessions();
  // Declares every worker dead, so that the next sweep takes their runs without waiting for the
  // heartbeats that will not come. For the one process that can reach the database, before it
  // registers itself; a worker that lives after all finds itself fenced.
  absl::Status ExpireWorkers();
  // Worker rows after a day, answers of mutations after 24 hours, progress events after 7 days or
  // beyond kEventsPerRunMax, skips after 90 days.
  absl::Status Purge();

 private:
  void Sweep();

  const Options options_;
  store::Database& database_;
  const base::Clock& clock_;
  base::Logger& logger_;
  base::SteadyTime next_purge_{};
  PeriodicLoop loop_;
};

}  // namespace syncline::queue
