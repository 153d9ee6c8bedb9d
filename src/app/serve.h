#pragma once

#include "app/config.h"

namespace syncline::app {

// What a process of ours ends with.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitWrongSettings = 2;

// Shuts the memory of this process, which holds keys and secrets, to everybody else: no core file,
// no debugger of the same user, /proc/PID belongs to root (prctl(2), PR_SET_DUMPABLE); what it
// makes is its own. Called first of all, before the environment is read.
void CloseToOthers();

// Runs the command to its end: prints, works on keys, or serves until SIGTERM or SIGINT, a lost
// lease, or a start that failed. Must be called before any thread is made, for it arranges signals.
int RunCommand(const Command& command);

// Says on standard error, one line each, what was wrong with the settings.
int ReportWrongSettings(const absl::Status& status);

}  // namespace syncline::app
