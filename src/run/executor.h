#pragma once

#include <chrono>
#include <list>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/service.h"
#include "queue/periodic_loop.h"
#include "queue/run_queue.h"
#include "run/run_context.h"
#include "run/run_control.h"

namespace syncline::run {

// Claims runs and gives each a thread of its own, up to run_count_max at a time. Owned by the
// composition root; Poke and LoseAll may come from any thread.
class Executor final : public base::Service {
 public:
  struct Options {
    int run_count_max = 8;
    std::chrono::milliseconds poll_period{1'000};
    std::chrono::milliseconds poll_period_max{30'000};  // while the database is away
    std::chrono::milliseconds interrupt_period{2'000};  // how soon a cancel reaches its run
    // How long Stop waits for runs to finish their page and be handed back; then they are left to
    // be rescued.
    std::chrono::milliseconds drain_timeout{20'000};
  };
  Executor(Options options, RunContext context);
  ~Executor() override;

  absl::Status Start() override;
  // Hands every run back to the queue: its page under way is committed, the one being fetched is
  // not.
  void Stop() override;

  // A run was queued: claims now rather than at the next poll.
  void Poke();
  // This worker is dead for the others (queue::WorkerLease): stops every run, writing nothing, and
  // claims no more.
  void LoseAll();
  // Runs at work.
  int run_count() const;

 private:
  struct ActiveRun {
    queue::ClaimedRun run;
    RunControl control;
    bool done = false;  // its thread is about to end
    std::jthread thread;
  };

  void ClaimRuns();
  void Launch(queue::ClaimedRun run);
  void CheckRuns();
  // Joins the threads of runs that are done; how many more may start.
  int FreePlaces();
  void StopAll(StopCause cause);

  const Options options_;
  const RunContext context_;
  base::SteadyTime next_claim_{};  // of the claiming thread
  int failure_count_ = 0;          // of the claiming thread

  mutable std::mutex mutex_;
  std::list<ActiveRun> active_;
  bool accepting_ = true;
  std::stop_source idle_;  // requested when no run is at work after Stop began
  queue::PeriodicLoop claims_;
  queue::PeriodicLoop checks_;
};

}  // namespace syncline::run
