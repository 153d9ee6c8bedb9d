#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace syncline::cli {

// Follows a run to its end and shows it. A stream that ends early (the server rotates, stops, or
// the connection breaks) is opened again after the last event that was seen, with growing pauses,
// until `attempt_count_max` tries in a row brought nothing.
//
// Returns kOk, kRunFailed or kRunCancelled by how the run ended; kInterrupted when Ctrl-C stopped
// the watching, which leaves the run alone; an error when the run cannot be watched.
absl::StatusOr<ExitCode> WatchRun(Session& session, const std::string& run_name);

// Tries in a row that may fail; together they last about half a minute.
inline constexpr int attempt_count_max = 10;

}  // namespace syncline::cli
