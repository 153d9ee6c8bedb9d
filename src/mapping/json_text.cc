#include "mapping/json_text.h"

#include <algorithm>
#include <cstdint>

#include "mapping/decimal.h"

namespace syncline::mapping {
namespace {

constexpr std::int64_t kWholeDigitsMax = 131'072;
constexpr std::int64_t kFractionDigitsMax = 16'383;

bool IsNumeric(std::string_view number) {
  Decimal decimal;
  if (!ParseDecimal(number, &decimal)) return false;
  const auto whole = static_cast<std::int64_t>(decimal.whole.size()) + decimal.exponent;
  const auto fraction = static_cast<std::int64_t>(decimal.fraction.size()) - decimal.exponent;
  if (whole > kWholeDigitsMax || fraction > kFractionDigitsMax) return false;
  // jsonb writes exponents out: seven bytes of a vendor would become as many as there are digits.
  const std::int64_t digits =
      std::max<std::int64_t>(whole, 0) + std::max<std::int64_t>(fraction, 0);
  return digits <= static_cast<std::int64_t>(std::max(kNumberDigitsMax, number.size()));
}

// From the opening quote to behind the closing one; npos when U+0000 is inside.
std::size_t SkipString(std::string_view json, std::size_t at) {
  for (++at; at < json.size() && json[at] != '"'; ++at) {
    if (json[at] != '\\') continue;
    if (json.substr(at, 6) == "\\u0000") return std::string_view::npos;
    ++at;  // the escaped character, which may be a quote
  }
  return at + 1;
}

}  // namespace

JsonTextProblem CheckJsonText(std::string_view json) {
  for (std::size_t at = 0; at < json.size();) {
    const char c = json[at];
    if (c == '"') {
      at = SkipString(json, at);
      if (at == std::string_view::npos) return JsonTextProblem::kHasNul;
    } else if (c == '-' || (c >= '0' && c <= '9')) {
      const std::size_t end = std::min(json.find_first_of(",]}", at), json.size());
      if (!IsNumeric(json.substr(at, end - at))) return JsonTextProblem::kNumberTooLarge;
      at = end;
    } else {
      ++at;
    }
  }
  return JsonTextProblem::kNone;
}

}  // namespace syncline::mapping
