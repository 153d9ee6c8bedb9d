#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "expression/expression.h"

namespace syncline::paging {

// An expression for a number of records or pages, e.g. "response.meta.total".
class CountExpression {
 public:
  CountExpression() = default;  // always unknown
  // `field` names it in errors; "" as text = always unknown. EXPRESSION_INVALID.
  static absl::StatusOr<CountExpression> Compile(std::string_view text, std::string_view field);

  // nullopt when unknown: null, or not above zero (vendors write 0 or -1 for "not counted").
  // EXPRESSION_FAILED when the value is no whole number, nor a string that is one.
  absl::StatusOr<std::optional<std::int64_t>> Evaluate(const expression::Value& scope) const;

 private:
  std::optional<expression::Expression> expression_;
  std::string field_;
};

}  // namespace syncline::paging
