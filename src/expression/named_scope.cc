#include "expression/named_scope.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/status.h"

namespace syncline::expression {
namespace {

std::string_view RootOf(std::string_view path) { return path.substr(0, path.find('.')); }

absl::Status CheckNames(std::span<const std::string_view> names,
                        const std::vector<std::string>& used) {
  for (const std::string& path : used) {
    const std::string_view missing = MissingName(path, names);
    if (missing.empty()) continue;
    return base::Error(base::Reason::kExpressionInvalid, NoNameHere(missing, names));
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view MissingName(std::string_view path, std::span<const std::string_view> names) {
  const std::string_view root = RootOf(path);
  bool has_root = false;
  for (const std::string_view name : names) {
    if (name == path || name == root) return {};
    has_root = has_root || RootOf(name) == root;
  }
  if (!has_root) return root;
  return path == root ? std::string_view() : path;
}

std::string NoNameHere(std::string_view missing, std::span<const std::string_view> names) {
  // JMESPath takes these words for names of members.
  if (missing == "null" || missing == "true" || missing == "false") {
    return fmt::format("'{0}' is no name here; the value is written `{0}`, between backticks",
                       missing);
  }
  return fmt::format("'{}' is no name here; names in scope: {}", missing, fmt::join(names, ", "));
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
