#include "expression/named_scope.h"

#include <fmt/format.h>
#include <fmt/ranges.h>


#include "base/status.h"

namespace syncline::expression {
namespace {

absl::Status CheckNames(std::span<const std::string_view> names,
                        const std::vector<std::string>& used) {
  for (const std::string& name : used) {
    if (IsInScope(name, names)) continue;
    return base::Error(
        base::Reason::kExpressionInvalid,
        fmt::format("'{}' is no name here; names in scope: {}", name, fmt::join(names, ", ")));
  }
  return absl::OkStatus();
}

}  // namespace

bool IsInScope(std::string_view path, std::span<const std::string_view> names) {
  const bool has_member = path.find('.') != std::string_view::npos;
  const std::string_view root = path.substr(0, path.find('.'));
  return std::ranges::any_of(names, [&](std::string_view name) {
    return name == path || name == root || (!has_member && name.substr(0, name.find('.')) == path);
  });
}

absl::StatusOr<Expression> CompileIn(std::span<const std::string_view> names,
                                     std::string_view text) {
  SYNCLINE_ASSIGN_OR_RETURN(Expression compiled, Expression::Compile(text));
  SYNCLINE_RETURN_IF_ERROR(CheckNames(names, compiled.RootPaths()));
  return compiled;
}

absl::StatusOr<Template> CompileTemplateIn(std::span<const std::string_view> names,
                                           std::string_view text) {
  SYNCLINE_ASSIGN_OR_RETURN(Template compiled, Template::Compile(text));
  SYNCLINE_RETURN_IF_ERROR(CheckNames(names, compiled.RootPaths()));
  return compiled;
}

}  // namespace syncline::expression
