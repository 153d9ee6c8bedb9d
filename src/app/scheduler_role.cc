#include "app/scheduler_role.h"

#include <utility>

#include "base/status.h"

namespace syncline::app {

SchedulerRole::SchedulerRole(Foundation& foundation, std::function<void()> on_queued)
    : ticker_({}, foundation.database, foundation.clock, foundation.random, foundation.logger,
              std::move(on_queued)),
      reaper_({}, foundation.database, foundation.clock, foundation.random, foundation.logger) {}

absl::Status SchedulerRole::Start() {
  SYNCLINE_RETURN_IF_ERROR(ticker_.Start());
  return reaper_.Start();
}

void SchedulerRole::Stop() {
  reaper_.Stop();
  ticker_.Stop();
}

}  // namespace syncline::app
