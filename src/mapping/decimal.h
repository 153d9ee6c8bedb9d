#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace syncline::mapping {

// Exact decimal numbers as text. No value passes through a floating-point number.
struct Decimal {
  bool negative = false;
  std::string_view whole;     // digits before the point
  std::string_view fraction;  // digits after it, trailing zeros kept
  std::int64_t exponent = 0;  // of ten; cut at ± kExponentMax, far beyond what any field holds
};

inline constexpr std::int64_t kExponentMax = 1'000'000'000;
// Digits of a NUMBER field.
inline constexpr std::size_t kNumberDigitsMax = 1'000;

enum class DecimalProblem { kNone, kNotANumber, kTooManyDigits, kHasFraction, kOutOfRange };

// `[+-]digits[.digits][(e|E)[+-]digits]`, also ".5" and "5.". False for anything else.
bool ParseDecimal(std::string_view text, Decimal* decimal);

// Whether `text` is canonical as it stands: no sign but "-", no leading zeros, no exponent, not
// "-0".
bool IsCanonicalDecimal(std::string_view text);

// Appends digits without exponent and without leading zeros; zeros at the end of the fraction are
// kept, because a scale is information ("0.10"). At most kNumberDigitsMax digits.
DecimalProblem AppendCanonical(const Decimal& decimal, std::string* out);

// kHasFraction for 5.5, kOutOfRange outside -2^63 to 2^63-1; "5.0" and "5e3" are integers.
DecimalProblem ToInteger(const Decimal& decimal, std::int64_t* integer);

}  // namespace syncline::mapping
