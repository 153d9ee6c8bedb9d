#include "app/settings.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "api/server.h"
#include "base/status.h"
#include "fmt/format.h"
#include "http/message.h"

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

// "transit/syncline": names of a URL path, `least` to `most` of them.
std::string ReadVaultPath(const std::string& text, int least, int most, std::string& out) {
  int count = 0;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    const std::string part = text.substr(begin, end - begin);
    const bool name = !part.empty() && part.find_first_not_of("abcdefghijklmnopqrstuvwxyz"
                                                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                              "0123456789-_.") == std::string::npos;
    if (!name || part == "." || part == "..") {
      return fmt::format("\"{}\" is not a path of letters, digits, '-', '_' and '.'", text);
    }
    ++count;
    begin = end + 1;
  }
  if (count < least || count > most) {
    return fmt::format("\"{}\" has {} parts, must have {} to {}", text, count, least, most);
  }
  out = text;
  return "";
}

std::string ReadVaultAddress(const std::string& text, std::string& out) {
  const auto url = http::Url::Parse(text);
  if (!url.ok()) return base::MessageOf(url.status());
  if (url->path != "/" || !url->query.empty()) return "has a path; give scheme, host and port only";
  if (url->scheme != "https" && url->host != "127.0.0.1" && url->host != "::1" &&
      url->host != "localhost") {
    return "must be https: the token and the data keys travel there (http only on loopback)";
  }
  out = url->origin();
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
      {"keyring-file", "FILE",
       "Keys that seal credentials; made at the first start together with a fresh embedded "
       "database, "
       "otherwise it must exist: synclined keys generate --out FILE",
       "<data-dir>/keyring", false,
       [](const Values& v, Config& c) { return ReadPath(v, c.keyring_file); }},
      {"secret-dir", "DIR",
       "Folder of the files that `file:NAME` references of credentials may name",
       "none: file references are refused", false,
       [](const Values& v, Config& c) { return ReadPath(v, c.secret_directory); }},
      {"vault-address", "URL", "HashiCorp Vault, e.g. https://vault.example:8200", "none", false,
       [](const Values& v, Config& c) { return ReadVaultAddress(v[0], c.vault.address); }},
      {"vault-token-file", "FILE", "Vault's token, read at every call; not open to others", "none",
       false, [](const Values& v, Config& c) { return ReadPath(v, c.vault.token_file); }},
      {"vault-namespace", "NAME", "Vault's namespace", "none", false,
       [](const Values& v, Config& c) {
         c.vault.name_space = v[0];
         return http::IsHeaderValue(v[0]) ? std::string() : std::string("has control characters");
       }},
      {"vault-ca-file", "FILE", "Authorities, in PEM, that may vouch for Vault", "the system's",
       false, [](const Values& v, Config& c) { return ReadPath(v, c.vault.ca_file); }},
      {"vault-transit-key", "MOUNT/KEY", "Transit key that seals credentials, instead of a keyring",
       "none", false,
       [](const Values& v, Config& c) { return ReadVaultPath(v[0], 2, 8, c.vault.transit_key); }},
      {"vault-secret-path", "MOUNT[/PREFIX]",
       "KV version 2 engine, and path in it, below which `vault:PATH#KEY` references may read",
       "none: vault references are refused", false,
       [](const Values& v, Config& c) { return ReadVaultPath(v[0], 1, 8, c.vault.secret_path); }},
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
  static const std::vector<Setting>& settings = *new std::vector<Setting>(MakeSettings());
  return settings;
}

}  // namespace syncline::app
