#pragma once

#include "absl/status/status.h"

namespace syncline::cli {

// How the command ends; documented for scripts in docs/cli.md and in --help. The numbers are part
// of the interface and never change their meaning.
enum class ExitCode {
  kOk = 0,
  kRunFailed = 1,  // the run failed, or an error that no other code names
  kUsage = 2,      // wrong command line, wrong definition
  kNotFound = 3,
  kUnreachable = 4,  // no answer from the server in time
  kRunCancelled = 5,
  kConflict = 6,       // exists already, changed meanwhile, or not possible in this state
  kInterrupted = 130,  // Ctrl-C while watching; the run goes on
};

// The exit code of an error.
ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace syncline::cli
