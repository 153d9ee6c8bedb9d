#include "cli/definition_file.h"

#include <filesystem>
#include <fstream>
#include <iostream>

#include "base/status.h"
#include "cli/secret_source.h"
#include "fmt/format.h"

namespace syncline::cli {
namespace {

absl::StatusOr<DefinitionText> Load(const std::string& path) {
  const bool standard_input = path == kStandardInput;
  std::ifstream file;
  if (!standard_input) file.open(path, std::ios::binary);
  if (!standard_input && (!file || std::filesystem::is_directory(path))) {
    return base::Error(base::Reason::kInvalidArgument, fmt::format("{} cannot be read", path));
  }
  std::istream& input = standard_input ? std::cin : file;
  // One byte more than allowed shows that a text is too long without reading all of it.
  std::string text(DefinitionText::bytes_max + 1, '\0');
  input.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(input.gcount()));
  return DefinitionText{standard_input ? "<stdin>" : path, std::move(text)};
}

}  // namespace

absl::Status ReadDefinitionFile(const std::string& path, const std::string& workspace,
                                const SecretSource* secrets, std::vector<Definition>& definitions,
                                base::FieldViolations& violations) {
  SYNCLINE_ASSIGN_OR_RETURN(const DefinitionText input, Load(path));
  const auto folder =
      path == kStandardInput ? std::filesystem::path() : std::filesystem::path(path).parent_path();
  const MachineSecretSource machine(folder);
  ReadDefinitions(input, workspace, secrets == nullptr ? machine : *secrets, definitions,
                  violations);
  return absl::OkStatus();
}

}  // namespace syncline::cli
