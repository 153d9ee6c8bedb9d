#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "expression/expression.h"

namespace syncline::paging {

// An expression for yes or no as vendors write it, e.g. "response.has_more". Immutable.
class FlagExpression {
 public:
  FlagExpression() = default;  // always unknown
  // "" as text = always unknown. EXPRESSION_INVALID.
  static absl::StatusOr<FlagExpression> Compile(std::string_view text);

  // False for null, false, 0 and an empty string, true for anything else; nullopt when there is no
  // expression. EXPRESSION_FAILED, EXPRESSION_TOO_COSTLY.
  absl::StatusOr<std::optional<bool>> Evaluate(const expression::Value& scope) const;
  std::string text() const { return expression_.has_value() ? expression_->text() : ""; }

 private:
  std::optional<expression::Expression> expression_;
};

}  // namespace syncline::paging
