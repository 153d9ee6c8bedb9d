#include "run/run_control.h"

namespace syncline::run {

void RunControl::Stop(StopCause cause) {
  StopCause none = StopCause::kNone;
  if (cause == StopCause::kLost) {
    cause_ = cause;
    if (!settled_) abandon_.request_stop();
  } else {
    cause_.compare_exchange_strong(none, cause);
  }
  stop_.request_stop();
}

}  // namespace syncline::run
