#pragma once

#include <functional>
#include <iostream>
#include <ostream>
#include <string>

#include "base/clock.h"
#include "cli/output.h"
#include "cli/server.h"

namespace syncline::cli {

// What every command works with. Owned by RunCommandLine (tests make their own); one thread.
struct Session {
  Server& server;
  const base::Clock& clock;
  std::ostream& out;
  std::ostream& err;
  std::string workspace = "default";
  OutputFormat format = OutputFormat::kTable;
  bool terminal = false;  // `out` is one
  std::size_t terminal_width = 80;
  std::function<bool()> interrupted = [] { return false; };  // Ctrl-C came
  std::istream& in = std::cin;
};

}  // namespace syncline::cli
