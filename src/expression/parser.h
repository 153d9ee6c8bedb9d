#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "expression/program.h"

namespace syncline::expression {

// The grammar of jmespath.org as a precedence-climbing parser. EXPRESSION_INVALID.
absl::StatusOr<std::shared_ptr<const Expression::Program>> ParseExpression(std::string_view text);

}  // namespace syncline::expression
