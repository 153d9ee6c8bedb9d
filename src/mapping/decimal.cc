#include "mapping/decimal.h"

#include <algorithm>
#include <charconv>

namespace syncline::mapping {
namespace {

std::size_t DigitCount(std::string_view text) {
  const std::size_t end = text.find_first_not_of("0123456789");
  return end == std::string_view::npos ? text.size() : end;
}

// Takes leading digits off `text`.
std::string_view TakeDigits(std::string_view* text) {
  const std::string_view digits = text->substr(0, DigitCount(*text));
  text->remove_prefix(digits.size());
  return digits;
}

bool TakeSign(std::string_view* text) {
  if (text->empty() || (text->front() != '-' && text->front() != '+')) return false;
  const bool negative = text->front() == '-';
  text->remove_prefix(1);
  return negative;
}

std::int64_t ExponentOf(std::string_view digits, bool negative) {
  std::int64_t value = 0;
  for (const char c : digits) value = std::min(value * 10 + (c - '0'), kExponentMax);
  return negative ? -value : value;
}

// The digits with their point moved to where the exponent puts it: digit `i` of whole + fraction.
struct Placed {
  std::string_view whole, fraction;
  std::int64_t point;  // digits before the point, may be negative or beyond the digits

  std::int64_t size() const { return static_cast<std::int64_t>(whole.size() + fraction.size()); }
  char operator[](std::int64_t i) const {
    const auto at = static_cast<std::size_t>(i);
    if (at < whole.size()) return whole[at];
    return at - whole.size() < fraction.size() ? fraction[at - whole.size()] : '0';
  }
};

Placed Place(const Decimal& decimal) {
  return {decimal.whole, decimal.fraction,
          static_cast<std::int64_t>(decimal.whole.size()) + decimal.exponent};
}

bool IsZero(const Decimal& decimal) {
  return decimal.whole.find_first_not_of('0') == std::string_view::npos &&
         decimal.fraction.find_first_not_of('0') == std::string_view::npos;
}

}  // namespace

bool ParseDecimal(std::string_view text, Decimal* decimal) {
  *decimal = {};
  decimal->negative = TakeSign(&text);
  decimal->whole = TakeDigits(&text);
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    decimal->fraction = TakeDigits(&text);
  }
  if (decimal->whole.empty() && decimal->fraction.empty()) return false;
  if (!text.empty() && (text.front() == 'e' || text.front() == 'E')) {
    text.remove_prefix(1);
    const bool negative = TakeSign(&text);
    const std::string_view digits = TakeDigits(&text);
    if (digits.empty()) return false;
    decimal->exponent = ExponentOf(digits, negative);
  }
  return text.empty();
}

bool IsCanonicalDecimal(std::string_view text) {
  if (text.size() > kNumberDigitsMax) return false;
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t whole = DigitCount(text);
  if (whole == 0 || (whole > 1 && text.front() == '0')) return false;
  if (whole == text.size()) return !(negative && text == "0");
  if (text[whole] != '.' || whole + 1 == text.size()) return false;
  if (DigitCount(text.substr(whole + 1)) != text.size() - whole - 1) return false;
  return !negative || text.find_first_not_of("0.") != std::string_view::npos;
}

DecimalProblem AppendCanonical(const Decimal& decimal, std::string* out) {
  const bool zero = IsZero(decimal);
  Placed digits = Place(decimal);
  if (zero) digits.point = std::clamp<std::int64_t>(digits.point, -1, 1);
  std::int64_t first = 0;
  while (first < digits.size() && first < digits.point && digits[first] == '0') ++first;
  const std::int64_t whole = std::max<std::int64_t>(digits.point - first, 0);
  const std::int64_t fraction = std::max<std::int64_t>(digits.size() - digits.point, 0);
  if (whole + fraction > static_cast<std::int64_t>(kNumberDigitsMax)) {
    return DecimalProblem::kTooManyDigits;
  }
  if (decimal.negative && !zero) out->push_back('-');
  if (whole == 0) out->push_back('0');
  for (std::int64_t i = 0; i < whole; ++i) out->push_back(digits[first + i]);
  if (fraction > 0) out->push_back('.');
  for (std::int64_t i = digits.point; i < digits.point + fraction; ++i) {
    out->push_back(i < 0 ? '0' : digits[i]);
  }
  return DecimalProblem::kNone;
}

DecimalProblem ToInteger(const Decimal& decimal, std::int64_t* integer) {
  *integer = 0;
  if (IsZero(decimal)) return DecimalProblem::kNone;
  const Placed digits = Place(decimal);
  for (std::int64_t i = std::max<std::int64_t>(digits.point, 0); i < digits.size(); ++i) {
    if (digits[i] != '0') return DecimalProblem::kHasFraction;
  }
  std::int64_t first = 0;
  while (first < digits.point && first < digits.size() && digits[first] == '0') ++first;
  constexpr std::int64_t kDigitsMax = 19;  // of 2^63
  if (digits.point - first > kDigitsMax) return DecimalProblem::kOutOfRange;
  std::string text(decimal.negative ? "-" : "");
  for (std::int64_t i = first; i < digits.point; ++i) text.push_back(digits[i]);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *integer);
  return error == std::errc() ? DecimalProblem::kNone : DecimalProblem::kOutOfRange;
}

}  // namespace syncline::mapping
