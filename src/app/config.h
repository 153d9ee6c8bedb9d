#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "base/log.h"
#include "http/egress_policy.h"
#include "secret/secret.h"

namespace syncline::app {

// What the environment holds that nobody may see, taken over once at start.
struct EnvironmentSecrets {
  static constexpr std::string_view kKeyringVariable = "SYNCLINE_KEYRING";
  static constexpr std::string_view kReferencePrefix = "SYNCLINE_SECRET_";
  secret::Secret keyring;                            // lines of a keyring; empty = none
  std::map<std::string, secret::Secret> references;  // by the variable's whole name
};

// How HashiCorp Vault is reached and what of it is used; empty address = not at all.
struct VaultConfig {
  std::string address;
  std::filesystem::path token_file;
  std::string name_space;
  std::filesystem::path ca_file;  // empty = the system's authorities
  std::string transit_key;        // MOUNT/KEY; empty = no transit
  std::string secret_path;        // MOUNT[/PREFIX] of a KV version 2 engine; empty = none
};

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
  bool keyring_file_given = false;  // else it is the default place
  VaultConfig vault;
  http::EgressPolicy egress;
  std::filesystem::path secret_directory;  // of `file:` references; empty = none
  std::shared_ptr<const EnvironmentSecrets> secrets = std::make_shared<EnvironmentSecrets>();
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
struct RotateKeysCommand {
  Config config;
};
struct ListKeysCommand {
  Config config;
};
struct PrintCommand {
  std::string text;  // --help, --version
};
using Command = std::variant<ServeCommand, GenerateKeysCommand, RotateKeysCommand, ListKeysCommand,
                             PrintCommand>;

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
