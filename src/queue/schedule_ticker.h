#pragma once

#include <chrono>
#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/service.h"
#include "queue/periodic_loop.h"
#include "store/database.h"

namespace syncline::queue {

// Turns due schedules into queued runs. Runs in every replica with the role `scheduler`, without a
// leader: a row lock keeps replicas apart, and a unique key per tick proves that each yields one
// run or one recorded skip (I4). Only the database's clock counts. Owned by the composition root.
class ScheduleTicker final : public base::Service {
 public:
  static constexpr int kTickCountMax = 100;  // schedules judged per round
  struct Options {
    std::chrono::milliseconds period{1'000};
    // A tick missed by more than this (nobody was running) yields no run any more.
    std::chrono::milliseconds catch_up_window{std::chrono::hours(1)};
  };
  // `on_queued` is called after a tick's run was committed; may be empty.
  ScheduleTicker(Options options, store::Database& database, const base::Clock& clock,
                 base::Random& random, base::Logger& logger, std::function<void()> on_queued);

  absl::Status Start() override;
  void Stop() override;

  // Judges every schedule that is due. Of ticks that were missed the newest yields the run, if it
  // is within the window; all before it are one recorded skip, DEADLINE_EXCEEDED. Returns the
  // number of schedules judged.
  absl::StatusOr<int> Tick();

 private:
  // False when none is due.
  absl::StatusOr<bool> TickOne();

  const Options options_;
  store::Database& database_;
  const base::Clock& clock_;
  base::Random& random_;
  base::Logger& logger_;
  const std::function<void()> on_queued_;
  PeriodicLoop loop_;
};

}  // namespace syncline::queue
