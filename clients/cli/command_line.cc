#include "cli/command_line.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>

#include "base/status.h"
#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/duration_text.h"
#include "cli/error_text.h"
#include "cli/grpc_server.h"
#include "cli/interrupt.h"
#include "cli/resource_kind.h"
#include "cli/server_address.h"
#include "fmt/format.h"

namespace syncline::cli {
namespace {

constexpr const char* kFooter =
    "Exit codes: 0 ok; 1 the run failed, a test was refused, or another error; 2 wrong command "
    "line or definition;\n"
    "3 not found; 4 no answer from the server; 5 the run was cancelled; 6 conflict (it exists,\n"
    "it changed meanwhile, or its state forbids this); 130 Ctrl-C while watching.";

constexpr const char* kAlternative = "One of the credential's alternatives, not its own kind";

// What stands on the command line.
struct Options {
  std::string server = "127.0.0.1:8470";
  std::string workspace = "default";
  std::string format = "table";
  std::string timeout = "30s";
  std::vector<std::string> files;
  bool dry_run = false;
  bool no_watch = false;
  bool full = false;
  std::optional<std::string> partition;
  std::size_t limit = 0;
  std::string first;
  std::string second;
  std::string filter;
  AuthorizeOptions authorize;
  TestOptions test;
  PreviewOptions preview;
};

class CommandLine {
 public:
  CommandLine(std::ostream& out, std::ostream& err) : out_(out), err_(err) {
    app_.require_subcommand(1);
    app_.fallthrough();  // global options may stand behind the command too
    app_.footer(kFooter);
    app_.add_option("--server", options_.server, "HOST:PORT or unix:PATH")
        ->envname("SYNCLINE_SERVER")
        ->capture_default_str();
    app_.add_option("-w,--workspace", options_.workspace, "The tenant")
        ->envname("SYNCLINE_WORKSPACE")
        ->capture_default_str();
    app_.add_option("-o,--output", options_.format, "table, json or yaml")
        ->check(CLI::IsMember({"table", "json", "yaml"}))
        ->capture_default_str();
    app_.add_option("--timeout", options_.timeout, "The longest wait for one answer, e.g. 30s, 2m")
        ->capture_default_str();
    AddResourceCommands();
    AddRunCommands();
    AddStateCommands();
    AddCredentialCommands();
    AddLocalCommands();
  }

  ExitCode Run(int argument_count, char** arguments) {
    try {
      app_.parse(argument_count, arguments);
    } catch (const CLI::ParseError& error) {
      const int code = app_.exit(error, out_, err_);
      return code == 0 ? ExitCode::kOk : ExitCode::kUsage;
    }
    const CommandResult result = local_ ? local_() : OverServer();
    if (result.ok()) return *result;
    err_ << ErrorText(result.status()) << std::flush;
    return ExitCodeOf(result.status());
  }

 private:
  using Remote = std::function<CommandResult(Session&)>;

  CLI::App* Add(const std::string& name, const std::string& description, Remote remote) {
    return Add(app_, name, description, std::move(remote));
  }

  CLI::App* Add(CLI::App& parent, const std::string& name, const std::string& description,
                Remote remote) {
    CLI::App* command = parent.add_subcommand(name, description);
    command->callback([this, remote = std::move(remote)] { remote_ = remote; });
    return command;
  }

  void AddLimit(CLI::App* command, std::size_t limit) {
    command
        ->add_option_function<std::size_t>(
            "--limit", [this](const std::size_t& value) { options_.limit = value; },
            "The most to show; 0 = all")
        ->default_str(std::to_string(limit));
    command->preparse_callback([this, limit](std::size_t) { options_.limit = limit; });
  }

  void AddResourceCommands() {
    CLI::App* apply =
        Add("apply", "Create or update what definition files describe",
            [this](Session& s) { return ApplyCommand(s, options_.files, options_.dry_run); });
    apply->add_option("-f,--file", options_.files, "A YAML file; - is standard input")->required();
    apply->add_flag("--dry-run", options_.dry_run, "Check everything, change nothing");
    CLI::App* get = Add("get", "Show one resource", [this](Session& s) {
      return GetCommand(s, options_.first, options_.second);
    });
    get->add_option("KIND", options_.first, "E.g. integration")->required();
    get->add_option("NAME", options_.second, "Its id, ids joined by /, or full name")->required();
    CLI::App* list = Add("list", "List resources of a kind", [this](Session& s) {
      return ListCommand(s, options_.first, options_.second, options_.limit);
    });
    list->add_option("KIND", options_.first, "E.g. integrations")->required();
    list->add_option("PARENT", options_.second, "E.g. the integration of schedules and runs");
    AddLimit(list, 1'000);
    CLI::App* remove = Add("delete", "Delete one resource", [this](Session& s) {
      return DeleteCommand(s, options_.first, options_.second);
    });
    remove->add_option("KIND", options_.first, "E.g. schedule")->required();
    remove->add_option("NAME", options_.second, "Its id, ids joined by /, or full name")
        ->required();
    CLI::App* objects = Add("objects", "Show objects of a type", [this](Session& s) {
      return ObjectsCommand(s, options_.first, options_.second, options_.filter, options_.limit);
    });
    objects->add_option("TYPE", options_.first, "An object type, e.g. user")->required();
    objects->add_option("OBJECT", options_.second, "The id of one object");
    objects->add_option("--filter", options_.filter, "E.g. 'email = \"a@b.example\"'");
    AddLimit(objects, 100);
  }

  // Under both names: `test` and `credentials test`.
  void AddCredentialCommands() {
    CLI::App* group = app_.add_subcommand("credentials", "Commands for credentials");
    group->require_subcommand(1);
    for (CLI::App* parent : {&app_, group}) {
      AddAuthorizeCommand(*parent);
      AddTestCommand(*parent);
    }
  }

  void AddAuthorizeCommand(CLI::App& parent) {
    CLI::App* command =
        Add(parent, "authorize", "Let a person consent to an OAuth2 credential",
            [this](Session& s) { return AuthorizeCommand(s, options_.first, options_.authorize); });
    AuthorizeOptions& authorize = options_.authorize;
    command->add_option("CREDENTIAL", options_.first, "Its id")->required();
    command->add_option("--port", authorize.port, "Of the redirect to 127.0.0.1; 0 = any")
        ->check(CLI::Range(0, 65'535));
    command->add_flag("--paste", authorize.paste,
                      "The browser is on another machine: paste the address it ends at");
    command->add_option("--redirect-uri", authorize.redirect_uri,
                        "Another one that is registered at the provider; implies --paste");
    command->add_option("--alternative", authorize.alternative, kAlternative);
  }

  void AddTestCommand(CLI::App& parent) {
    CLI::App* command =
        Add(parent, "test", "Sign in with a credential and say what happened",
            [this](Session& s) { return TestCommand(s, options_.first, options_.test); });
    command->add_option("CREDENTIAL", options_.first, "Its id")->required();
    command
        ->add_option("--url", options_.test.url,
                     "Of the vendor, on an allowed host, that answers a GET")
        ->required();
    command->add_option("--alternative", options_.test.alternative, kAlternative);
  }

  void AddRunCommands() {
    CLI::App* run = Add("run", "Launch an integration and watch it", [this](Session& s) {
      return RunCommand(s, options_.first, !options_.no_watch, options_.full);
    });
    run->add_option("INTEGRATION", options_.first, "Its id")->required();
    run->add_flag("--detach", options_.no_watch, "Launch only");
    run->add_flag("--full", options_.full,
                  "The whole list, although the integration is incremental");
    AddTarget("watch", "Watch a run until it ends",
              [this](Session& s) { return WatchCommand(s, options_.first); });
    AddTarget("cancel", "End a run",
              [this](Session& s) { return CancelCommand(s, options_.first); });
    AddLimit(
        AddTarget("events", "Show what happened in a run",
                  [this](Session& s) { return EventsCommand(s, options_.first, options_.limit); }),
        1'000);
    AddLimit(
        AddTarget("rejects", "Show records that could not be mapped or written",
                  [this](Session& s) { return RejectsCommand(s, options_.first, options_.limit); }),
        100);
    AddLimit(AddTarget("exchanges", "Show what a run sent and what came back",
                       [this](Session& s) {
                         return ExchangesCommand(s, options_.first, options_.limit);
                       }),
             200);
    AddPreview();
    Add("pause", "Stop a schedule from starting runs",
        [this](Session& s) { return PauseCommand(s, options_.first); })
        ->add_option("SCHEDULE", options_.first, "INTEGRATION/SCHEDULE, or INTEGRATION")
        ->required();
    Add("resume", "Let a paused schedule start runs again",
        [this](Session& s) { return ResumeCommand(s, options_.first); })
        ->add_option("SCHEDULE", options_.first, "INTEGRATION/SCHEDULE, or INTEGRATION")
        ->required();
  }

  void AddPreview() {
    CLI::App* command =
        Add("preview", "Ask for the first pages as a run would, and write nothing",
            [this](Session& s) { return PreviewCommand(s, options_.first, options_.preview); });
    PreviewOptions& preview = options_.preview;
    command
        ->add_option("INTEGRATION", options_.first,
                     "Its id, or a YAML file with one whose credential is stored; - is standard "
                     "input")
        ->required();
    command->add_option("--pages", preview.page_count, "How many, at most 5")
        ->check(CLI::Range(1, 5))
        ->capture_default_str();
    command->add_option("--records", preview.record_count, "How many to show, at most 100")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    command->add_option("--integration", preview.integration, "Which one, of a file with several");
  }

  void AddStateCommands() {
    CLI::App* state = app_.add_subcommand("state", "Where the next incremental run begins");
    state->require_subcommand(1);
    const auto add = [&](const std::string& name, const std::string& description, Remote remote) {
      CLI::App* command = state->add_subcommand(name, description);
      command->callback([this, remote = std::move(remote)] { remote_ = remote; });
      command->add_option("INTEGRATION", options_.first, "Its id")->required();
      command->add_option("--partition", options_.partition, "One partition of a split list");
      return command;
    };
    AddLimit(add("get", "Show it, of each partition of the list",
                 [this](Session& s) {
                   return StateGetCommand(s, options_.first, options_.partition, options_.limit);
                 }),
             1'000);
    add("set", "Let the next run begin there",
        [this](Session& s) {
          return StateSetCommand(s, options_.first, options_.second, options_.partition);
        })
        ->add_option("VALUE", options_.second, "2026-01-31T08:00:00Z, or a number")
        ->required();
    add("reset", "Forget it: the next run begins with `initial`",
        [this](Session& s) { return StateResetCommand(s, options_.first, options_.partition); });
  }

  CLI::App* AddTarget(const std::string& name, const std::string& description, Remote remote) {
    CLI::App* command = Add(name, description, std::move(remote));
    command->add_option("RUN", options_.first, "INTEGRATION/RUN, or INTEGRATION for its newest run")
        ->required();
    return command;
  }

  void AddLocalCommands() {
    CLI::App* completion =
        app_.add_subcommand("completion", "Print a completion script for a shell");
    completion->add_option("SHELL", options_.first, "bash, zsh or fish")->required();
    completion->callback([this] { local_ = [this] { return Completion(); }; });
    app_.add_subcommand("version", "Print the version")->callback([this] {
      local_ = [this]() -> CommandResult {
        out_ << fmt::format("syncline {}\n", SYNCLINE_VERSION);
        return ExitCode::kOk;
      };
    });
  }

  CommandResult Completion() {
    std::vector<CommandWords> commands;
    for (const CLI::App* command : app_.get_subcommands({})) {
      CommandWords words{command->get_name(), command->get_description(), {}, {}};
      for (const CLI::App* owner : {command, static_cast<const CLI::App*>(&app_)}) {
        for (const CLI::Option* option : owner->get_options()) {
          for (const std::string& name : option->get_lnames()) words.options.push_back("--" + name);
        }
      }
      for (const CLI::App* nested : command->get_subcommands({})) {
        words.arguments.push_back(nested->get_name());
      }
      const std::string& name = words.name;
      if (name == "completion") words.arguments = {"bash", "zsh", "fish"};
      if (name == "state") words.arguments = {"get", "set", "reset"};
      for (const ResourceKind* kind : ResourceKinds()) {
        if (name == "list") words.arguments.emplace_back(kind->plural);
        if (name == "get" || name == "delete") words.arguments.emplace_back(kind->singular);
      }
      commands.push_back(std::move(words));
    }
    SYNCLINE_ASSIGN_OR_RETURN(const std::string script, CompletionScript(options_.first, commands));
    out_ << script;
    return ExitCode::kOk;
  }

  CommandResult OverServer() {
    const auto timeout = ParseDuration(options_.timeout);
    if (!timeout.has_value() || timeout->count() == 0) {
      return base::Error(base::Reason::kInvalidArgument,
                         "--timeout must be a duration with its unit, such as 30s");
    }
    SYNCLINE_ASSIGN_OR_RETURN(const std::string address, ParseServerAddress(options_.server));
    // Only watching asks whether Ctrl-C came; everything else dies of it, as it should.
    std::optional<Interrupt> interrupt;
    if (app_.got_subcommand("watch") || (app_.got_subcommand("run") && !options_.no_watch)) {
      interrupt.emplace();
    }
    const base::SystemClock clock;
    GrpcServer server(address, std::chrono::duration_cast<std::chrono::milliseconds>(*timeout),
                      clock);
    Session session{server, clock, out_, err_, options_.workspace};
    session.format = options_.format == "json"   ? OutputFormat::kJson
                     : options_.format == "yaml" ? OutputFormat::kYaml
                                                 : OutputFormat::kTable;
    winsize window{};
    session.terminal = isatty(STDOUT_FILENO) == 1;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0) {
      session.terminal_width = window.ws_col;
    }
    if (interrupt.has_value()) session.interrupted = [&interrupt] { return interrupt->Pending(); };
    CommandResult result = remote_(session);
    out_.flush();
    return result;
  }

  std::ostream& out_;
  std::ostream& err_;
  Options options_;
  CLI::App app_{"syncline: keeps lists of vendors' APIs up to date in PostgreSQL", "syncline"};
  Remote remote_;
  std::function<CommandResult()> local_;
};

}  // namespace

ExitCode RunCommandLine(int argument_count, char** arguments, std::ostream& out,
                        std::ostream& err) {
  return CommandLine(out, err).Run(argument_count, arguments);
}

}  // namespace syncline::cli
