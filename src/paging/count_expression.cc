#include "paging/count_expression.h"

#include <fmt/format.h>

#include <charconv>

#include "base/status.h"

namespace syncline::paging {
namespace {

constexpr std::size_t kShownBytesMax = 64;

std::optional<std::int64_t> WholeNumber(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  // "200.0" is a whole number too.
  std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
  if (rest.starts_with('.')) rest.remove_prefix(1);
  return rest.find_first_not_of('0') == std::string_view::npos ? std::optional(value)
                                                               : std::nullopt;
}

}  // namespace

absl::StatusOr<CountExpression> CountExpression::Compile(std::string_view text,
                                                         std::string_view field) {
  CountExpression count;
  count.field_ = field;
  if (text.empty()) return count;
  SYNCLINE_ASSIGN_OR_RETURN(count.expression_, expression::Expression::Compile(text));
  return count;
}

absl::StatusOr<std::optional<std::int64_t>> CountExpression::Evaluate(
    const expression::Value& scope) const {
  if (!expression_.has_value()) return std::optional<std::int64_t>();
  expression::Evaluation evaluation;
  SYNCLINE_ASSIGN_OR_RETURN(const expression::Value value,
                            expression_->Evaluate(scope, evaluation));
  if (value.is_null()) return std::optional<std::int64_t>();
  const json::Kind kind = value.kind();
  std::optional<std::int64_t> count;
  if (kind == json::Kind::kNumber || kind == json::Kind::kString) count = WholeNumber(value.text());
  if (!count.has_value()) {
    return base::Error(
        base::Reason::kExpressionFailed,
        fmt::format("{} ({}) yields {}, which is no whole number.", field_, expression_->text(),
                    expression::ToJson(value).substr(0, kShownBytesMax)));
  }
  return *count > 0 ? count : std::nullopt;
}

}  // namespace syncline::paging
