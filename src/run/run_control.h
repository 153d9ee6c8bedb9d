#pragma once

#include <atomic>
#include <stop_token>

#include "base/clock.h"

namespace syncline::run {

// Why a run was stopped from outside.
enum class StopCause {
  kNone,
  kCancelled,  // by a caller of CancelRun
  kDraining,   // the server stops in order
  kTooLong,    // run_duration_max has passed
  kLost,       // the run or the whole worker is fenced: nothing may be written any more
};

// How the executor reaches into a run. The first cause counts, except that kLost overrides every
// other. Safe for concurrent use.
class RunControl {
 public:
  void Stop(StopCause cause);
  // How the run ended is written. What is left to do at the vendor goes on although the run is
  // nobody's by now, which looks like a fence; only Abandon ends it.
  void Settle() { settled_ = true; }
  // Ends also what the run does after its walk: writing how it ended.
  void Abandon() { abandon_.request_stop(); }

  StopCause cause() const { return cause_.load(); }
  // Requested by Stop: ends the walk over the pages.
  std::stop_token stop_token() const { return stop_.get_token(); }
  // Requested by Abandon, and by Stop(kLost) before Settle: ends everything.
  std::stop_token abandon_token() const { return abandon_.get_token(); }

  // Set by the run, watched by the executor.
  void SetDeadline(base::SteadyTime deadline) { deadline_ = deadline.time_since_epoch().count(); }
  bool IsPastDeadline(base::SteadyTime now) const {
    return now.time_since_epoch().count() >= deadline_;
  }

 private:
  std::atomic<StopCause> cause_ = StopCause::kNone;
  std::atomic<bool> settled_ = false;
  std::atomic<base::SteadyTime::rep> deadline_ = base::SteadyTime::max().time_since_epoch().count();
  std::stop_source stop_;
  std::stop_source abandon_;
};

}  // namespace syncline::run
