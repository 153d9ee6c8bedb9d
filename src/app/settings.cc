#include "app/settings.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "api/server.h"
#include "app/egress_settings.h"
#include "app/secret_settings.h"
#include "base/status.h"
#include "fmt/format.h"

namespace syncline::app {
namespace {

using Values = std::vector<std::string>;

constexpr int kExecutorRunsMax = 256;
constexpr int kDatabaseConnectionsMin = 4;
constexpr int kDatabaseConnectionsMax = 200;

std::string ReadNumber(const std::string& text, int least, int most, int& out) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most)
    return fmt::format("\"{}\" is not a whole number from {} to {}", text, least, most);
  out = value;
  return "";
}

template <typename T>
std::string ReadChoice(const std::string& text,
                       const std::vector<std::pair<const char*, T>>& choices, T& out) {
  std::string names;
  for (const auto& [name, value] : choices) {
    if (text == name) {
      out = value;
      return "";
    }
    names += fmt::format("{}{}", names.empty() ? "" : ", ", name);
  }
  return fmt::format("\"{}\" is not one of: {}", text, names);
}

std::string ReadRoles(const Values& values, Config& config) {
  config.api = config.executor = config.scheduler = false;
  for (const std::string& role : values) {
    if (role == "api") {
      config.api = true;
    } else if (role == "executor") {
      config.executor = true;
    } else if (role == "scheduler") {
      config.scheduler = true;
    } else {
      return fmt::format("\"{}\" is not one of: api, executor, scheduler", role);
    }
  }
  return "";
}

std::string ReadListen(const Values& values, Config& config) {
  for (const std::string& address : values) {
    if (const absl::Status status = api::CheckListenAddress(address); !status.ok())
      return base::MessageOf(status);
  }
  config.listen = values;
  return "";
}

std::string ReadPath(const Values& values, std::filesystem::path& out) {
  if (values[0].empty()) return "an empty path";
  out = values[0];
  return "";
}

std::vector<Setting> MakeSettings() {
  using Level = base::LogLevel;
  using Format = base::LogFormat;
  return {
      {"roles", "ROLE,...",
       "What this process does: api (gRPC), executor (runs), scheduler (ticks)",
       "api,executor,scheduler", true, ReadRoles},
      {"listen", "ADDRESS,...",
       "gRPC addresses: HOST:PORT on loopback, or unix:PATH; port 0 takes a free one",
       "127.0.0.1:8470", true, ReadListen},
      {"data-dir", "DIR", "Home of the embedded PostgreSQL and of the keyring",
       "/var/lib/syncline as root, else ./syncline-data", false,
       [](const Values& v, Config& c) { return ReadPath(v, c.data_directory); }},
      {"database-url", "URL",
       "PostgreSQL 15 or newer to use instead of the embedded one; give it by environment or file "
       "when it holds a password, for other users can read arguments",
       "embedded", false,
       [](const Values& v, Config& c) {
         c.database_url = v[0];
         return std::string();
       }},
      {"database-connection-count", "N", "Sessions of the pool", "16", false,
       [](const Values& v, Config& c) {
         return ReadNumber(v[0], kDatabaseConnectionsMin, kDatabaseConnectionsMax,
                           c.database_connection_count);
       }},
      {"postgres-bin-dir", "DIR", "Folder of initdb and postgres for the embedded database",
       "the newest of /usr/lib/postgresql/*/bin", false,
       [](const Values& v, Config& c) { return ReadPath(v, c.postgres_binary_directory); }},
      {"executor-run-count", "N", "Runs that this process executes at the same time", "4", false,
       [](const Values& v, Config& c) {
         return ReadNumber(v[0], 1, kExecutorRunsMax, c.executor_run_count);
       }},
      {"log-format", "FORMAT", "console or json; lines go to standard error", "console", false,
       [](const Values& v, Config& c) {
         return ReadChoice<Format>(v[0], {{"console", Format::kConsole}, {"json", Format::kJson}},
                                   c.log_format);
       }},
      {"log-level", "LEVEL", "debug, info, warning or error", "info", false,
       [](const Values& v, Config& c) {
         return ReadChoice<Level>(v[0],
                                  {{"debug", Level::kDebug},
                                   {"info", Level::kInfo},
                                   {"warning", Level::kWarning},
                                   {"error", Level::kError}},
                                  c.log_level);
       }},
      {"reflection", "", "Offer gRPC server reflection", "false", false,
       [](const Values& v, Config& c) {
         return ReadChoice<bool>(v[0], {{"true", true}, {"false", false}}, c.reflection);
       }},
  };
}

}  // namespace

std::string Setting::key() const {
  std::string out(name);
  std::replace(out.begin(), out.end(), '-', '_');
  return out;
}

std::string Setting::variable() const {
  std::string out = "SYNCLINE_" + key();
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return out;
}

const std::vector<Setting>& Settings() {
  static const std::vector<Setting>& settings = *[] {
    auto* all = new std::vector<Setting>(MakeSettings());
    AddSecretSettings(*all);
    AddEgressSettings(*all);
    return all;
  }();
  return settings;
}

}  // namespace syncline::app
