#pragma once

#include "model/resource_name.h"
#include "syncline/v1/schedule.pb.h"

namespace syncline::api {

inline constexpr const char* kDefaultScheduleId = "default";

// The schedule that a new integration gets: daily, in UTC, at a minute of the day that follows from
// its name alone, so that the integrations of an installation do not all start at once. Pure.
v1::Schedule DefaultSchedule(const model::IntegrationName& integration);

}  // namespace syncline::api
