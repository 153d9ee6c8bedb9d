#include "expression/named_scope.h"

#include <fmt/format.h>
#include <fmt/ranges.h>


#include "base/status.h"

namespace syncline::expression {
namespace {

absl::Status CheckNames(std::span<const std::string_view> names,
                        const std::vector<std::string>& used) {
  for (const std::string& name : used) {
    if (std::ranges::find(names, name) != names.end()) continue;
    return base::Error(
        base::Reason::kExpressionInvalid,
        fmt::format("'{}' is no name here; names in scope: {}", name, fmt::join(names, ", ")));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Expression> CompileIn(std::span<const std::string_view> names,
                                     std::string_view text) {
  SYNCLINE_ASSIGN_OR_RETURN(Expression compiled, Expression::Compile(text));
  SYNCLINE_RETURN_IF_ERROR(CheckNames(names, compiled.RootNames()));
  return compiled;
}

absl::StatusOr<Template> CompileTemplateIn(std::span<const std::string_view> names,
                                           std::string_view text) {
  SYNCLINE_ASSIGN_OR_RETURN(Template compiled, Template::Compile(text));
  SYNCLINE_RETURN_IF_ERROR(CheckNames(names, compiled.RootNames()));
  return compiled;
}

}  // namespace syncline::expression
