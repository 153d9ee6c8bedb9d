#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "base/log.h"

namespace syncline::app {

// Everything that a server is told from outside; plain values, checked.
struct Config {
  bool api = true;
  bool executor = true;
  bool scheduler = true;
  std::string database_url;  // may hold a password: never printed; empty = embedded PostgreSQL
  std::filesystem::path data_directory;
  std::filesystem::path postgres_binary_directory;  // empty = found
  std::vector<std::string> listen;                  // gRPC addresses, loopback or unix:
  std::filesystem::path keyring_file;
  base::LogFormat log_format = base::LogFormat::kConsole;
  base::LogLevel log_level = base::LogLevel::kInfo;
  bool reflection = false;
  int executor_run_count = 4;
  int database_connection_count = 16;
};

// What the command line asks for.
struct ServeCommand {
  Config config;
};
struct GenerateKeysCommand {
  std::filesystem::path out;
};
struct PrintCommand {
  std::string text;  // --help, --version
};
using Command = std::variant<ServeCommand, GenerateKeysCommand, PrintCommand>;

// Where settings come from. main.cc fills it from the process, tests by hand.
struct ConfigSources {
  std::vector<std::string> arguments;  // without the program's name
  std::map<std::string, std::string> environment;
  bool root = false;  // decides the default data directory
};

// The one reader of arguments, environment and configuration file, in this order of precedence:
// flag, environment, file, default. INVALID_ARGUMENT naming every mistake at once, each with the
// place it came from and what would be right.
absl::StatusOr<Command> ReadCommand(const ConfigSources& sources);

// The process's own sources.
ConfigSources ProcessSources(int argc, char** argv);

inline constexpr const char* kVersion = "0.1.0";

}  // namespace syncline::app
