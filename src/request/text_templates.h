#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "expression/expression.h"
#include "request/vars.h"

namespace syncline::request {

// The names that the templates of a place see, e.g. {"vars", "page", "parents.site"}: of a name
// with a dot no other members are there.
using NamesInScope = std::vector<std::string_view>;

// One template of a definition; nullopt, with a violation of `field`, when it does not compile or
// looks up a name that is not in scope.
std::optional<expression::Template> CompileTemplate(const std::string& text,
                                                    const std::string& field,
                                                    const NamesInScope& names,
                                                    base::FieldViolations* violations);
// Adds a violation of `field` for each of `roots` (RootNames or RootPaths) that is not in scope.
void CheckNames(const std::vector<std::string>& roots, const std::string& field,
                const NamesInScope& names, base::FieldViolations* violations);

// Whether the sorted names that a template looks up hold `name`.
bool Holds(const std::vector<std::string>& roots, std::string_view name);

// Whether an expression in a template yielded null.
bool IsMissing(const absl::Status& status);

// Named values that are templates: query parameters, headers, cookies, form fields. In order of
// name. Immutable, safe for concurrent use.
class TextTemplates {
 public:
  using Rendered = std::vector<std::pair<std::string, std::string>>;
  // What went wrong, and at which field.
  using Problems = std::vector<std::pair<std::string, absl::Status>>;
  // What is wrong with a name, or "".
  using NameRule = std::string (*)(std::string_view name);

  // Every mistake becomes a violation of "field.name"; more than kPartsMax entries one of `field`.
  static TextTemplates Compile(const Vars& texts, std::string field, const NamesInScope& names,
                               NameRule name_rule, base::FieldViolations* violations);

  // What could not be rendered is in `problems` instead: EXPRESSION_*, TEMPLATE_VALUE_MISSING.
  Rendered Render(const expression::Value& scope, expression::Evaluation& evaluation,
                  Problems* problems) const;
  // Whether one of them looks up that name.
  bool Mentions(std::string_view name) const;
  bool empty() const { return parts_.empty(); }
  // From now on, what holds an expression is left out when that yields null or the whole is empty.
  void LeaveOutEmpty() { leaves_out_empty_ = true; }

 private:
  std::string field_;
  std::vector<std::pair<std::string, expression::Template>> parts_;
  bool leaves_out_empty_ = false;
};

// Rules of names. A header's: a token (RFC 9110 5.6.2) that neither curl nor the shape of the body
// decides; the second one leaves Authorization to credentials.
std::string ParameterNameMistake(std::string_view name);
std::string HeaderNameMistake(std::string_view name);
std::string UnsignedHeaderNameMistake(std::string_view name);
std::string CookieNameMistake(std::string_view name);

}  // namespace syncline::request
