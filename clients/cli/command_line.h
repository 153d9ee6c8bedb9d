#pragma once

#include <ostream>

#include "cli/exit_code.h"

namespace syncline::cli {

// The whole command: reads the command line and the environment (SYNCLINE_SERVER,
// SYNCLINE_WORKSPACE), runs one command, shows its error, and returns the exit code.
ExitCode RunCommandLine(int argument_count, char** arguments, std::ostream& out, std::ostream& err);

}  // namespace syncline::cli
