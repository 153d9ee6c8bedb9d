#pragma once

#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "expression/expression.h"

// Expressions and templates of a definition that may begin only with the names that their place
// offers: a wrong name is a mistake of the definition, found when it is saved.
namespace syncline::expression {

// What of `path`, "parents" or "parents.site", a place that offers `names` does not have; "" when
// it is there. A name with a dot says that of its first part there are no other members.
std::string_view MissingName(std::string_view path, std::span<const std::string_view> names);

// What to say about that: which names there are, or how a value that looks like a name is written.
std::string NoNameHere(std::string_view missing, std::span<const std::string_view> names);

// EXPRESSION_INVALID, also for a name that is not among `names`; says which there are.
absl::StatusOr<Expression> CompileIn(std::span<const std::string_view> names,
                                     std::string_view text);
absl::StatusOr<Template> CompileTemplateIn(std::span<const std::string_view> names,
                                           std::string_view text);

}  // namespace syncline::expression
