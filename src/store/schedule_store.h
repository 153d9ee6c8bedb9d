#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "model/resource_name.h"
#include "store/database.h"
#include "store/resource_row.h"
#include "syncline/v1/schedule.pb.h"

namespace syncline::store {

// Rows of syncline.schedule. Every function works inside the caller's transaction and keeps no
// state. Messages come back with name, etag, times and the state of ticks filled in. The caller
// computes next_fire_time from DatabaseTime; nullopt while paused.

// ALREADY_EXISTS.
absl::StatusOr<v1::Schedule> InsertSchedule(Transaction& transaction,
                                            const model::ScheduleName& name,
                                            const v1::Schedule& schedule,
                                            std::optional<base::Time> next_fire_time);
// NOT_FOUND.
absl::StatusOr<v1::Schedule> FindSchedule(Transaction& transaction, const model::ScheduleName& name,
                                          Lock lock = Lock::kNone);
// Up to `limit`, in order of id, after `after_id` ("" = from the start).
absl::StatusOr<std::vector<v1::Schedule>> ListSchedules(Transaction& transaction,
                                                        const model::IntegrationName& integration,
                                                        std::string_view after_id,
                                                        std::int64_t limit);
// NOT_FOUND. Writes the specification, paused(), pause_reason() and the next tick. The caller
// compared the etag under Lock::kForUpdate.
absl::StatusOr<v1::Schedule> UpdateSchedule(Transaction& transaction,
                                            const model::ScheduleName& name,
                                            const v1::Schedule& schedule,
                                            std::optional<base::Time> next_fire_time);
// NOT_FOUND.
absl::Status DeleteSchedule(Transaction& transaction, const model::ScheduleName& name);

// The database's clock: leases and schedules know no other.
absl::StatusOr<base::Time> DatabaseTime(Transaction& transaction);

}  // namespace syncline::store
