#include "cli/completion.h"

#include "base/status.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace syncline::cli {
namespace {

std::string NamesOf(const std::vector<CommandWords>& commands) {
  std::string names;
  for (const CommandWords& command : commands) {
    names += (names.empty() ? "" : " ") + command.name;
  }
  return names;
}

std::string WordsOf(const CommandWords& command) {
  std::vector<std::string> words = command.arguments;
  words.insert(words.end(), command.options.begin(), command.options.end());
  return fmt::format("{}", fmt::join(words, " "));
}

// zsh reads the same script through its bash emulation.
std::string BashScript(const std::vector<CommandWords>& commands) {
  std::string cases;
  for (const CommandWords& command : commands) {
    cases += fmt::format("    {}) words=\"{}\" ;;\n", command.name, WordsOf(command));
  }
  return fmt::format(R"(_syncline() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" command="" word words
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case " {0} " in *" $word "*) command="$word"; break ;; esac
  done
  case "$command" in
    "") words="{0}" ;;
{1}  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ "$command" = apply ] && [ "${{#COMPREPLY[@]}}" -eq 0 ]; then
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}}
complete -o filenames -F _syncline syncline
)",
                     NamesOf(commands), cases);
}

std::string FishScript(const std::vector<CommandWords>& commands) {
  std::string script = "complete -c syncline -f\n";
  for (const CommandWords& command : commands) {
    script += fmt::format("complete -c syncline -n __fish_use_subcommand -a {} -d \"{}\"\n",
                          command.name, command.description);
    const std::string here = fmt::format("\"__fish_seen_subcommand_from {}\"", command.name);
    for (const std::string& option : command.options) {
      script += fmt::format("complete -c syncline -n {} -l {}\n", here, option.substr(2));
    }
    if (!command.arguments.empty()) {
      script += fmt::format("complete -c syncline -n {} -a \"{}\"\n", here,
                            fmt::join(command.arguments, " "));
    }
  }
  return script + "complete -c syncline -n \"__fish_seen_subcommand_from apply\" -F\n";
}

}  // namespace

absl::StatusOr<std::string> CompletionScript(std::string_view shell,
                                             const std::vector<CommandWords>& commands) {
  if (shell == "bash") return BashScript(commands);
  if (shell == "zsh") {
    return "autoload -U +X bashcompinit && bashcompinit\n" + BashScript(commands);
  }
  if (shell == "fish") return FishScript(commands);
  return base::Error(
      base::Reason::kInvalidArgument,
      fmt::format("there is no completion for \"{}\"; choose bash, zsh or fish", shell));
}

}  // namespace syncline::cli
