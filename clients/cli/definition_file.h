#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli/definition.h"

namespace syncline::cli {

inline constexpr std::string_view kStandardInput = "-";

// Reads the definitions of a file ("-" is standard input) and appends them; mistakes go to
// `violations`. INVALID_ARGUMENT for a file that cannot be read. `secrets`: null = those that the
// file names, from this machine.
absl::Status ReadDefinitionFile(const std::string& path, const std::string& workspace,
                                const SecretSource* secrets, std::vector<Definition>& definitions,
                                base::FieldViolations& violations);

}  // namespace syncline::cli
