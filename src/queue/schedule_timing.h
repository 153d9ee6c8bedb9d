#pragma once

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "model/schedule_time.h"
#include "syncline/v1/schedule.pb.h"

namespace syncline::queue {

// When `schedule` fires; `create_time` is the anchor of `every`. INVALID_ARGUMENT names every wrong
// field: `timing` (neither daily nor every), `daily`, `every`, `time_zone`.
absl::StatusOr<model::ScheduleTiming> TimingOf(const v1::Schedule& schedule,
                                               base::Time create_time);

}  // namespace syncline::queue
