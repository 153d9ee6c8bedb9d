#include "app/config.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

#include "CLI/CLI.hpp"
#include "app/settings.h"
#include "base/status.h"
#include "fmt/format.h"

namespace syncline::app {
namespace {

using Values = std::vector<std::string>;
using Raw = std::map<std::string, Values, std::less<>>;  // by Setting::name

constexpr const char* kFooter = R"(
Every setting has three names: the flag, the variable in [brackets], and the flag's name with
underscores as a key of the file that --config names ("key = value" lines, TOML):

  listen = ["127.0.0.1:8470", "unix:/run/syncline.sock"]
  database_url = "postgresql://syncline@db.example/syncline"

A flag wins over the environment, the environment over the file, the file over the default.

Secrets come by the environment alone, never as flags, which other users can read: SYNCLINE_KEYRING
holds the lines of a keyring (or commas between them), SYNCLINE_SECRET_* what `env:` references of
credentials name. Keys: Vault's transit key seals when it is set, else the first key of
SYNCLINE_KEYRING, else the first of the keyring file; the others open. See docs/keys.md.

Exit codes: 0 ended in order, 1 failed (the last log line says why), 2 wrong settings.)";

Values SplitList(const std::string& text) {
  Values out;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    if (end > begin) out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

Raw ReadEnvironment(const ConfigSources& sources) {
  Raw raw;
  for (const Setting& setting : Settings()) {
    const auto found = sources.environment.find(setting.variable());
    // An empty variable counts as not set: shells cannot easily unset one for a single command.
    if (found != sources.environment.end() && !found->second.empty())
      raw[std::string(setting.name)] = {found->second};
  }
  return raw;
}

Raw ReadFile(const std::string& path, base::FieldViolations& violations) {
  Raw raw;
  std::ifstream file(path);
  if (!file) {
    violations.Add("--config", fmt::format("cannot read {}", path));
    return raw;
  }
  try {
    for (const CLI::ConfigItem& item : CLI::ConfigTOML().from_config(file)) {
      const auto matches = [&](const Setting& setting) {
        return item.name == setting.key() || item.name == setting.name;
      };
      const auto& settings = Settings();
      const auto found = std::find_if(settings.begin(), settings.end(), matches);
      if (found == settings.end() || !item.parents.empty()) {
        violations.Add(fmt::format("{} in {}", item.fullname(), path), "there is no such setting");
      } else {
        raw[std::string(found->name)] = item.inputs;
      }
    }
  } catch (const CLI::Error& error) {
    violations.Add("--config", fmt::format("{}: {}", path, error.what()));
  }
  return raw;
}

// The parsed command line, before any meaning.
struct Arguments {
  Raw raw;
  std::string config_file;
  std::string keys_out;
  enum class Action { kServe, kGenerateKeys, kRotateKeys, kListKeys };
  Action action = Action::kServe;
};

struct KeyCommands {
  CLI::App* all;
  CLI::App* generate;
  CLI::App* rotate;
  CLI::App* list;
};

KeyCommands AddKeyCommands(CLI::App& app, Arguments& out) {
  // The settings may stand before or behind the subcommand.
  CLI::App* keys = app.add_subcommand("keys", "Work on the keys that seal secrets")
                       ->require_subcommand(1)
                       ->fallthrough();
  CLI::App* generate = keys->add_subcommand("generate", "Make a keyring file with one fresh key");
  generate->add_option("--out", out.keys_out, "File to make; must not exist")
      ->type_name("FILE")
      ->required();
  CLI::App* rotate =
      keys->add_subcommand("rotate",
                           "Wrap every stored secret's data key with the active key, while servers "
                           "run; takes the settings of the server")
          ->fallthrough();
  CLI::App* list = keys->add_subcommand("list",
                                        "Say which keys there are and how many rows each seals; "
                                        "takes the settings of the server")
                       ->fallthrough();
  return {keys, generate, rotate, list};
}

absl::StatusOr<std::variant<Arguments, PrintCommand>> ParseArguments(const ConfigSources& sources) {
  Arguments out;
  CLI::App app(
      "synclined: keeps lists of any vendor's REST/JSON API up to date in PostgreSQL, as a gRPC "
      "service.",
      "synclined");
  app.footer(kFooter);
  app.set_version_flag("--version", fmt::format("synclined {}", kVersion));
  app.allow_extras();
  app.add_option("--config", out.config_file, "File with settings")->type_name("FILE");
  std::map<std::string, Values> values;
  for (const Setting& setting : Settings()) {
    Values& target = values[std::string(setting.name)];
    const std::string help = fmt::format("{}\n[{}], default: {}", setting.description,
                                         setting.variable(), setting.default_text);
    const std::string flag = fmt::format("--{}", setting.name);
    if (setting.placeholder.empty()) {
      app.add_flag(flag + "{true}", target, help);
    } else {
      app.add_option(flag, target, help)
          ->type_name(std::string(setting.placeholder))
          ->allow_extra_args(false);
    }
  }
  const KeyCommands keys = AddKeyCommands(app, out);
  try {
    Values reversed(sources.arguments.rbegin(), sources.arguments.rend());
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    const bool in_keys = keys.all->parsed();
    return PrintCommand{in_keys ? keys.all->help("", CLI::AppFormatMode::All) : app.help()};
  } catch (const CLI::CallForVersion& version) {
    return PrintCommand{std::string(version.what()) + "\n"};
  } catch (const CLI::Error& error) {
    return base::InvalidFields({{"arguments", error.what()}});
  }
  base::FieldViolations unknown;
  for (const std::string& extra : app.remaining(true))
    unknown.Add(extra, "there is no such argument; see --help");
  SYNCLINE_RETURN_IF_ERROR(unknown.ToStatus());
  for (auto& [name, given] : values) {
    if (!given.empty()) out.raw[name] = std::move(given);
  }
  if (keys.generate->parsed()) out.action = Arguments::Action::kGenerateKeys;
  if (keys.rotate->parsed()) out.action = Arguments::Action::kRotateKeys;
  if (keys.list->parsed()) out.action = Arguments::Action::kListKeys;
  return out;
}

// Splits lists, refuses several values where one is meant, and applies.
void Apply(const Setting& setting, const Values& given, const std::string& origin, Config& config,
           base::FieldViolations& violations) {
  Values values;
  for (const std::string& text : given) {
    if (!setting.list) {
      values.push_back(text);
    } else {
      for (std::string& part : SplitList(text)) values.push_back(std::move(part));
    }
  }
  if (values.empty() || (!setting.list && values.size() > 1)) {
    violations.Add(origin,
                   values.empty() ? "has no value" : "is given several times; give it once");
    return;
  }
  if (std::string problem = setting.apply(values, config); !problem.empty())
    violations.Add(origin, std::move(problem));
}

std::shared_ptr<const EnvironmentSecrets> TakeSecrets(const ConfigSources& sources) {
  auto secrets = std::make_shared<EnvironmentSecrets>();
  for (const auto& [name, value] : sources.environment) {
    if (name == EnvironmentSecrets::kKeyringVariable) secrets->keyring = secret::Secret(value);
    if (name.starts_with(EnvironmentSecrets::kReferencePrefix)) {
      secrets->references.emplace(name, secret::Secret(value));
    }
  }
  return secrets;
}

// What only shows when all settings are known.
void CheckVault(const VaultConfig& vault, base::FieldViolations& violations) {
  const bool used = !vault.transit_key.empty() || !vault.secret_path.empty();
  if (vault.address.empty()) {
    if (used) {
      violations.Add("--vault-address",
                     "is required with --vault-transit-key and "
                     "--vault-secret-path");
    }
    return;
  }
  if (vault.token_file.empty()) {
    violations.Add("--vault-token-file", "is required with --vault-address");
  }
  if (!used) {
    violations.Add("--vault-address",
                   "is of no use without --vault-transit-key or --vault-secret-path");
  }
}

}  // namespace

absl::StatusOr<Command> ReadCommand(const ConfigSources& sources) {
  SYNCLINE_ASSIGN_OR_RETURN(auto parsed, ParseArguments(sources));
  if (auto* print = std::get_if<PrintCommand>(&parsed)) return Command(std::move(*print));
  const Arguments& arguments = std::get<Arguments>(parsed);
  using Action = Arguments::Action;
  if (arguments.action == Action::kGenerateKeys) {
    return Command(GenerateKeysCommand{arguments.keys_out});
  }

  base::FieldViolations violations;
  const Raw environment = ReadEnvironment(sources);
  const Raw file =
      arguments.config_file.empty() ? Raw{} : ReadFile(arguments.config_file, violations);
  Config config;
  config.listen = {"127.0.0.1:8470"};
  config.data_directory = sources.root ? "/var/lib/syncline" : "syncline-data";
  for (const Setting& setting : Settings()) {
    const auto apply_from = [&](const Raw& raw, const std::string& origin) {
      const auto found = raw.find(setting.name);
      if (found == raw.end()) return false;
      Apply(setting, found->second, origin, config, violations);
      return true;
    };
    apply_from(arguments.raw, fmt::format("--{}", setting.name)) ||
        apply_from(environment, setting.variable()) ||
        apply_from(file, fmt::format("{} in {}", setting.key(), arguments.config_file));
  }
  // A setting that was wrong already must not be said to be missing as well.
  if (violations.empty()) CheckVault(config.vault, violations);
  SYNCLINE_RETURN_IF_ERROR(violations.ToStatus());
  config.keyring_file_given = !config.keyring_file.empty();
  if (!config.keyring_file_given) config.keyring_file = config.data_directory / "keyring";
  config.secrets = TakeSecrets(sources);
  if (arguments.action == Action::kRotateKeys) return Command(RotateKeysCommand{std::move(config)});
  if (arguments.action == Action::kListKeys) return Command(ListKeysCommand{std::move(config)});
  return Command(ServeCommand{std::move(config)});
}

ConfigSources ProcessSources(int argc, char** argv) {
  ConfigSources sources;
  sources.arguments.assign(argv + 1, argv + argc);
  sources.root = geteuid() == 0;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (text.starts_with("SYNCLINE_") && equals != std::string_view::npos)
      sources.environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return sources;
}

}  // namespace syncline::app
