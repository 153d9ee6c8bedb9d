#include "paging/flag_expression.h"

#include "base/status.h"

namespace syncline::paging {
namespace {

// "0", "0.00", "-0e5".
bool IsZero(std::string_view number) {
  const std::string_view digits = number.substr(0, number.find_first_of("eE"));
  return digits.find_first_of("123456789") == std::string_view::npos;
}

bool MeansYes(const expression::Value& value) {
  switch (value.kind()) {
    case json::Kind::kNull:
    case json::Kind::kFalse: return false;
    case json::Kind::kNumber: return !IsZero(value.text());
    case json::Kind::kString: return !value.text().empty();
    default: return true;
  }
}

}  // namespace

absl::StatusOr<FlagExpression> FlagExpression::Compile(std::string_view text) {
  FlagExpression flag;
  if (text.empty()) return flag;
  SYNCLINE_ASSIGN_OR_RETURN(flag.expression_, expression::Expression::Compile(text));
  return flag;
}

absl::StatusOr<std::optional<bool>> FlagExpression::Evaluate(const expression::Value& scope) const {
  if (!expression_.has_value()) return std::optional<bool>();
  expression::Evaluation evaluation;
  SYNCLINE_ASSIGN_OR_RETURN(const expression::Value value,
                            expression_->Evaluate(scope, evaluation));
  return std::optional(MeansYes(value));
}

}  // namespace syncline::paging
