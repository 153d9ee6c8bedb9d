#pragma once

#include "app/config.h"

namespace syncline::app {

// What a process of ours ends with.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitWrongSettings = 2;

// Runs the command to its end: prints, makes keys, or serves until SIGTERM or SIGINT, a lost lease,
// or a start that failed. Must be called before any thread is made, for it arranges signals.
int RunCommand(const Command& command);

// Says on standard error, one line each, what was wrong with the settings.
int ReportWrongSettings(const absl::Status& status);

}  // namespace syncline::app
