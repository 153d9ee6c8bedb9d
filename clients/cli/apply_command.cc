#include "base/status.h"
#include "cli/apply.h"
#include "cli/commands.h"
#include "cli/definition_file.h"

namespace syncline::cli {

CommandResult ApplyCommand(Session& session, const std::vector<std::string>& files, bool dry_run) {
  std::vector<Definition> definitions;
  base::FieldViolations violations;
  for (const std::string& path : files) {
    SYNCLINE_RETURN_IF_ERROR(
        ReadDefinitionFile(path, session.workspace, nullptr, definitions, violations));
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
