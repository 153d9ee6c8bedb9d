#include <cmath>

#include "base/status.h"
#include "expression/function.h"
#include "expression/number.h"

namespace syncline::expression {
namespace {

bool IsIntegerText(std::string_view text) {
  return text.find_first_of(".eE") == std::string_view::npos;
}

absl::StatusOr<Value> Spell(const Call& call, double value) {
  const auto text = FormatDouble(value, call.memory());
  if (!text.has_value()) return call.Fail("the result is too large");
  return Value::Number(*text);
}

// An integer has no fraction and keeps its text, however long.
absl::StatusOr<Value> Round(const Call& call, double (*round)(double)) {
  if (IsIntegerText(call[0].text())) return call[0];
  const std::optional<double> value = ParseDouble(call[0].text());
  if (!value.has_value()) return call.Fail("the number is too large");
  return Spell(call, round(*value));
}

// The sum of the argument: exact while it is made of 64-bit integers, else in double.
struct Total {
  bool exact = true;
  std::int64_t integer = 0;
  double real = 0;
  bool overflow = false;
};

Total TotalOf(const Value& numbers) {
  Total total;
  numbers.ForEachElement([&](Value number) {
    const std::optional<std::int64_t> integer =
        total.exact ? ParseInteger(number.text()) : std::nullopt;
    if (!integer || __builtin_add_overflow(total.integer, *integer, &total.integer)) {
      total.exact = false;
    }
    const std::optional<double> real = ParseDouble(number.text());
    total.overflow = total.overflow || !real;
    total.real += real.value_or(0);
  });
  return total;
}

}  // namespace

absl::StatusOr<Value> Abs(const Call& call) {
  std::string_view text = call[0].text();
  if (text.starts_with('-')) text.remove_prefix(1);
  return Value::Number(text);
}

absl::StatusOr<Value> Ceil(const Call& call) { return Round(call, std::ceil); }
absl::StatusOr<Value> Floor(const Call& call) { return Round(call, std::floor); }

absl::StatusOr<Value> Sum(const Call& call) {
  const Total total = TotalOf(call[0]);
  if (total.exact) return Value::Number(FormatInteger(total.integer, call.memory()));
  if (total.overflow) return call.Fail("a number is too large");
  return Spell(call, total.real);
}

absl::StatusOr<Value> Avg(const Call& call) {
  const std::int64_t count = call[0].size();
  if (count == 0) return Value::Null();
  const Total total = TotalOf(call[0]);
  if (total.exact && total.integer % count == 0) {
    return Value::Number(FormatInteger(total.integer / count, call.memory()));
  }
  if (total.overflow) return call.Fail("a number is too large");
  return Spell(call, total.real / static_cast<double>(count));
}

absl::StatusOr<Value> ToNumber(const Call& call) {
  if (call[0].kind() == json::Kind::kNumber) return call[0];
  if (call[0].kind() != json::Kind::kString) return Value::Null();
  const std::string_view text = call[0].text();
  const std::size_t length = json::NumberLength(text);
  return length != 0 && length == text.size() ? Value::Number(text) : Value::Null();
}

}  // namespace syncline::expression
