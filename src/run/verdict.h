#pragma once

#include <optional>

#include "absl/status/status.h"
#include "base/clock.h"
#include "base/reason.h"
#include "queue/run_queue.h"
#include "run/run_control.h"

namespace syncline::run {

// What becomes of a run whose walk did not reach its last page.
struct Conclusion {
  enum class Kind {
    kFinish,   // it ends as `ending` says
    kRelease,  // it goes back to the queue, `release_reason`
    kPark,     // it waits in the queue for its time, `parking`
    kLeave,    // it is not ours any more: nothing is written
  };
  Kind kind = Kind::kFinish;
  queue::RunEnding ending;
  base::Reason release_reason = base::Reason::kDraining;
  queue::RunParking parking;
  base::SteadyTime due = {};  // of a parking, whose `delay` is what it was when the vendor spoke
};

// `cause`: why the run was stopped from outside, if it was; `status`: the error that ended the
// walk.
Conclusion Conclude(StopCause cause, const absl::Status& status);

// Errors that pass by themselves: a page that met one is kept and tried again, and so is a run
// whose sealed secrets do not open for want of their key. None of them is the credential's fault.
bool MayPassByItself(const absl::Status& status);

}  // namespace syncline::run
