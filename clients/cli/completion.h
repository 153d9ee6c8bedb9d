#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace syncline::cli {

// What a shell offers for one command.
struct CommandWords {
  std::string name;
  std::string description;
  std::vector<std::string> options;    // "--limit"
  std::vector<std::string> arguments;  // fixed words for the first argument, e.g. kinds
};

// A script for "bash", "zsh" or "fish" that offers commands, their options and the kinds of
// resources. INVALID_ARGUMENT for another shell.
absl::StatusOr<std::string> CompletionScript(std::string_view shell,
                                             const std::vector<CommandWords>& commands);

}  // namespace syncline::cli
