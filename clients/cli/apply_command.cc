#include <fstream>
#include <iostream>
#include <iterator>

#include "base/status.h"
#include "cli/apply.h"
#include "cli/commands.h"
#include "fmt/format.h"

namespace syncline::cli {
namespace {

constexpr std::string_view kStandardInput = "-";

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

CommandResult ApplyCommand(Session& session, const std::vector<std::string>& files, bool dry_run) {
  std::vector<Definition> definitions;
  base::FieldViolations violations;
  for (const std::string& path : files) {
    SYNCLINE_ASSIGN_OR_RETURN(const DefinitionText input, Load(path));
    const auto folder = path == kStandardInput ? std::filesystem::path()
                                               : std::filesystem::path(path).parent_path();
    ReadDefinitions(input, session.workspace, MachineSecretSource(folder), definitions, violations);
  }
  OrderDefinitions(definitions, violations);
  SYNCLINE_RETURN_IF_ERROR(violations.ToStatus());
  if (definitions.empty()) {
    return base::Error(base::Reason::kInvalidArgument, "there is no definition in the input");
  }
  SYNCLINE_RETURN_IF_ERROR(Apply(session, definitions, dry_run));
  return ExitCode::kOk;
}

}  // namespace syncline::cli
