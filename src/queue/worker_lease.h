#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/log.h"
#include "base/service.h"
#include "store/database.h"

namespace syncline::queue {

// The life of this process as the queue sees it: one row in `worker`, renewed on a session and a
// thread of its own. An expired row is never renewed, so there is no way back from the dead:
// whoever takes over our runs can rely on it. Owned by the composition root; MayCommitUntil from
// any thread.
class WorkerLease final : public base::Service {
 public:
  struct Options {
    std::string worker_id;  // a new UUID for every start of a process
    std::string host;
    std::int64_t process_id = 0;
    std::string version;
    std::chrono::milliseconds period{5'000};         // of heartbeats
    std::chrono::milliseconds retry_period{1'000};   // after one that failed
    std::chrono::milliseconds time_to_live{20'000};  // of the row, by the database's clock
    std::chrono::milliseconds call_timeout{2'000};   // of one heartbeat
    // Counted from the start of the last good heartbeat, so that a slow answer cannot stretch it;
    // below time_to_live, so that we stop before anybody may take over.
    std::chrono::milliseconds trust_window{15'000};
  };
  // `on_lost` is called once, from the thread of the lease, when the row has expired: the process
  // must stop its runs and exit. It must not call Stop.
  WorkerLease(Options options, const store::Database& database, const base::Clock& clock,
              base::Logger& logger, std::function<void()> on_lost);
  ~WorkerLease() override;

  // Registers the row. DATABASE_UNAVAILABLE.
  absl::Status Start() override;
  // Removes the row: runs that are still ours may be taken at once.
  void Stop() override;

  // No commit of a run may begin later than this.
  base::SteadyTime MayCommitUntil() const;
  const std::string& worker_id() const { return options_.worker_id; }

 private:
  // False: the row has expired.
  absl::StatusOr<bool> Beat();
  absl::Status Connect();
  void Run(std::stop_token stop);
  void Trust(base::SteadyTime begin);

  const Options options_;
  const store::Database& database_;
  const base::Clock& clock_;
  base::Logger& logger_;
  const std::function<void()> on_lost_;
  std::unique_ptr<store::Connection> connection_;  // of the thread, between Start and Stop
  std::atomic<base::SteadyTime::rep> trusted_until_{0};
  bool registered_ = false;
  std::jthread thread_;
};

}  // namespace syncline::queue
