#pragma once

#include <functional>

#include "app/foundation.h"
#include "base/service.h"
#include "queue/reaper.h"
#include "queue/schedule_ticker.h"

namespace syncline::app {

// The role `scheduler`: turns due schedules into runs and takes runs back from lost workers.
class SchedulerRole final : public base::Service {
 public:
  // `on_queued`: a run was queued that an executor of this process could take.
  SchedulerRole(Foundation& foundation, std::function<void()> on_queued);
  absl::Status Start() override;
  void Stop() override;

 private:
  queue::ScheduleTicker ticker_;
  queue::Reaper reaper_;
};

}  // namespace syncline::app
