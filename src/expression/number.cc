#include "expression/number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

namespace syncline::expression {
namespace {

// A number as 0.d1d2d3… × 10^exponent with d1 ≠ 0; `digits` may hold one point, which does not
// count. Zero has no digits.
struct Decimal {
  bool negative = false;
  std::string_view digits;
  std::int64_t exponent = 0;
};

constexpr std::int64_t kExponentMax = 1'000'000'000'000;  // beyond any text that fits a document

std::int64_t ParseExponent(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::int64_t value = 0;
  for (const char c : text) value = std::min(value * 10 + (c - '0'), kExponentMax);
  return negative ? -value : value;
}

Decimal ToDecimal(std::string_view text) {
  Decimal decimal;
  if (text.starts_with('-')) {
    decimal.negative = true;
    text.remove_prefix(1);
  }
  std::string_view mantissa = text;
  if (const std::size_t e = text.find_first_of("eE"); e != std::string_view::npos) {
    mantissa = text.substr(0, e);
    decimal.exponent = ParseExponent(text.substr(e + 1));
  }
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  const std::size_t first = mantissa.find_first_not_of("0.");
  if (first == std::string_view::npos) return {};
  const std::size_t last = mantissa.find_last_not_of("0.");
  decimal.digits = mantissa.substr(first, last - first + 1);
  // Digits before the point count up, zeros after the point count down.
  decimal.exponent += first < point ? static_cast<std::int64_t>(point - first)
                                    : -static_cast<std::int64_t>(first - point - 1);
  return decimal;
}

int CompareDigits(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (true) {
    if (i < a.size() && a[i] == '.') ++i;
    if (j < b.size() && b[j] == '.') ++j;
    if (i == a.size() || j == b.size()) break;
    if (a[i] != b[j]) return a[i] < b[j] ? -1 : 1;
    ++i;
    ++j;
  }
  if (i == a.size() && j == b.size()) return 0;
  return i == a.size() ? -1 : 1;
}

std::string_view Keep(std::string_view text, std::pmr::memory_resource* memory) {
  auto* bytes = static_cast<char*>(memory->allocate(text.size(), 1));
  std::memcpy(bytes, text.data(), text.size());
  return {bytes, text.size()};
}

}  // namespace

int CompareNumbers(std::string_view a, std::string_view b) {
  if (a == b) return 0;
  const std::optional<std::int64_t> small_a = ParseInteger(a);
  const std::optional<std::int64_t> small_b = small_a ? ParseInteger(b) : std::nullopt;
  if (small_b) return *small_a < *small_b ? -1 : (*small_a > *small_b ? 1 : 0);
  const Decimal left = ToDecimal(a);
  const Decimal right = ToDecimal(b);
  const auto sign = [](const Decimal& d) { return d.digits.empty() ? 0 : (d.negative ? -1 : 1); };
  if (sign(left) != sign(right)) return sign(left) < sign(right) ? -1 : 1;
  if (sign(left) == 0) return 0;
  int magnitude = 0;
  if (left.exponent != right.exponent) {
    magnitude = left.exponent < right.exponent ? -1 : 1;
  } else {
    magnitude = CompareDigits(left.digits, right.digits);
  }
  return left.negative ? -magnitude : magnitude;
}

std::optional<std::int64_t> ParseInteger(std::string_view text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::optional<double> ParseDouble(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::result_out_of_range) {
    // Too small is zero, too large is nothing a double can hold.
    if (ToDecimal(text).exponent < 0) return 0.0;
    return std::nullopt;
  }
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::optional<std::string_view> FormatDouble(double value, std::pmr::memory_resource* memory) {
  if (!std::isfinite(value)) return std::nullopt;
  // Whole numbers that a double holds exactly are written as integers, never as "1e+15".
  constexpr double kExactMax = 9007199254740992.0;
  if (std::trunc(value) == value && std::abs(value) <= kExactMax) {
    return FormatInteger(static_cast<std::int64_t>(value), memory);
  }
  char buffer[64];
  const auto result = std::to_chars(buffer, buffer + sizeof(buffer), value);
  return Keep({buffer, static_cast<std::size_t>(result.ptr - buffer)}, memory);
}

std::string_view FormatInteger(std::int64_t value, std::pmr::memory_resource* memory) {
  char buffer[24];
  const auto result = std::to_chars(buffer, buffer + sizeof(buffer), value);
  return Keep({buffer, static_cast<std::size_t>(result.ptr - buffer)}, memory);
}

}  // namespace syncline::expression
