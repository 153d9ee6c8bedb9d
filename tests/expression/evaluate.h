#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "expression/expression.h"
#include "json/document.h"

namespace syncline::expression {

// Compiles and evaluates in one go: the result as compact JSON, or the name of the reason of the
// error, so that a table of tests reads as text on both sides.
inline std::string EvaluateToText(std::string_view expression, std::string_view given = "null",
                                  base::Time now = {},
                                  std::size_t steps_max = Evaluation::kStepsMax) {
  const auto reason = [](const absl::Status& status) {
    return std::string(base::ReasonName(base::ReasonOf(status)));
  };
  const auto document = json::Document::Parse(std::string(given));
  if (!document.ok()) return reason(document.status());
  const auto compiled = Expression::Compile(expression);
  if (!compiled.ok()) return reason(compiled.status());
  Evaluation evaluation(now, steps_max);
  const auto result = compiled->Evaluate(Value((*document)->root()), evaluation);
  return result.ok() ? ToJson(*result) : reason(result.status());
}

}  // namespace syncline::expression
