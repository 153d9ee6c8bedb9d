#include "paging/pagination_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "expression/expression.h"
#include "expression/named_scope.h"

namespace syncline::paging {

void PaginationCheck::Expression(const std::string& text, const std::string& field) {
  const auto compiled = expression::Expression::Compile(text);
  if (!compiled.ok()) return Add(field, base::MessageOf(compiled.status()));
  if (names_ == nullptr) return;
  for (const std::string& name : compiled->RootNames()) {
    if (std::ranges::count(*names_, name) > 0) continue;
    Add(field, expression::NoNameHere(name, *names_));
  }
}

void PaginationCheck::OptionalExpression(const std::string& text, const std::string& field) {
  if (!text.empty()) Expression(text, field);
}

void PaginationCheck::Range(std::int64_t value, std::int64_t least, std::int64_t most,
                            const std::string& field) {
  if (value >= least && value <= most) return;
  Add(field, fmt::format("is {}; {} to {} are allowed", value, least, most));
}

void PaginationCheck::Parameter(const std::string& name, const std::string& field) {
  if (name.size() > kNameBytesMax)
    Add(field, fmt::format("is longer than {} bytes", kNameBytesMax));
}

}  // namespace syncline::paging
