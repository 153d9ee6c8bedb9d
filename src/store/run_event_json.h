#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "model/run.h"
#include "model/run_event.h"

namespace syncline::store {

// The one place that knows how run values stand in the database: proto JSON of their messages in
// proto/syncline/v1 (run_event.payload holds the JSON of the event's arm, run.counters, run.error
// and run.wait that of theirs). Decoding accepts fields that this build does not know, so that an
// older server can read what a newer one wrote. Pure functions; decoding fails with INTERNAL.

std::string EncodeRunEvent(const model::RunEventBody& body);
// `kind`: model::RunEventKind.
absl::StatusOr<model::RunEventBody> DecodeRunEvent(std::string_view kind, std::string_view payload);

std::string EncodeCounters(const model::RunCounters& counters);
absl::StatusOr<model::RunCounters> DecodeCounters(std::string_view json);

std::string EncodeRunError(const model::RunError& error);
absl::StatusOr<model::RunError> DecodeRunError(std::string_view json);

std::string EncodeRunWait(const model::RunWait& wait);
absl::StatusOr<model::RunWait> DecodeRunWait(std::string_view json);

}  // namespace syncline::store
