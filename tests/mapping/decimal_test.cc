#include "mapping/decimal.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace syncline::mapping {
namespace {

std::string Canonical(std::string_view text) {
  Decimal decimal;
  if (!ParseDecimal(text, &decimal)) return "not a number";
  std::string out;
  if (AppendCanonical(decimal, &out) == DecimalProblem::kTooManyDigits) return "too many digits";
  EXPECT_TRUE(IsCanonicalDecimal(out)) << out;
  EXPECT_EQ(IsCanonicalDecimal(text), out == text) << text;
  return out;
}

TEST(DecimalTest, CanonicalText) {
  const struct {
    std::string_view text, canonical;
  } kRows[] = {
      {"0", "0"},
      {"-0", "0"},
      {"-0.00", "0.00"},
      {"0e99999999999", "0"},
      {"1.10", "1.10"},
      {"0.10", "0.10"},
      {"00123", "123"},
      {"+5", "5"},
      {".5", "0.5"},
      {"5.", "5"},
      {"-.50", "-0.50"},
      {"1.5e3", "1500"},
      {"1.50E1", "15.0"},
      {"1e-3", "0.001"},
      {"12.5e-1", "1.25"},
      {"0.0012e2", "0.12"},
      {"000.5e1", "5"},
      {"9223372036854775808", "9223372036854775808"},
      {"-9007199254740993.000000000000000000001", "-9007199254740993.000000000000000000001"},
      {"1e200000", "too many digits"},
      {"1e-200000", "too many digits"},
      {"1e99999999999999999999", "too many digits"},
      {"", "not a number"},
      {".", "not a number"},
      {"e5", "not a number"},
      {"1e", "not a number"},
      {"1,5", "not a number"},
      {"0x10", "not a number"},
      {"NaN", "not a number"},
      {"Infinity", "not a number"},
      {"--1", "not a number"},
      {"1 2", "not a number"},
  };
  for (const auto& row : kRows) EXPECT_EQ(Canonical(row.text), row.canonical) << row.text;
  EXPECT_EQ(Canonical("1e400"), "1" + std::string(400, '0'));
  EXPECT_EQ(Canonical("1e999").size(), kNumberDigitsMax);
  EXPECT_EQ(Canonical("1e1000"), "too many digits");
  EXPECT_EQ(Canonical(std::string(1'000, '9')), std::string(1'000, '9'));
  EXPECT_EQ(Canonical(std::string(1'001, '9')), "too many digits");
}

TEST(DecimalTest, Integers) {
  const struct {
    std::string_view text;
    DecimalProblem problem;
    std::int64_t integer;
  } kRows[] = {
      {"5.0", DecimalProblem::kNone, 5},
      {"5e3", DecimalProblem::kNone, 5000},
      {"5000e-3", DecimalProblem::kNone, 5},
      {"-0.0", DecimalProblem::kNone, 0},
      {"0e999999999", DecimalProblem::kNone, 0},
      {"00000000000000000000000000123", DecimalProblem::kNone, 123},
      {"9223372036854775807", DecimalProblem::kNone, std::numeric_limits<std::int64_t>::max()},
      {"-9223372036854775808", DecimalProblem::kNone, std::numeric_limits<std::int64_t>::min()},
      {"9223372036854775808", DecimalProblem::kOutOfRange, 0},
      {"-9223372036854775809", DecimalProblem::kOutOfRange, 0},
      {"1e19", DecimalProblem::kOutOfRange, 0},
      {"1e999999999", DecimalProblem::kOutOfRange, 0},
      {"5.5", DecimalProblem::kHasFraction, 0},
      {"1e-1", DecimalProblem::kHasFraction, 0},
      {"1e-999999999", DecimalProblem::kHasFraction, 0},
  };
  for (const auto& row : kRows) {
    Decimal decimal;
    ASSERT_TRUE(ParseDecimal(row.text, &decimal)) << row.text;
    std::int64_t integer = -1;
    EXPECT_EQ(ToInteger(decimal, &integer), row.problem) << row.text;
    if (row.problem == DecimalProblem::kNone) {
      EXPECT_EQ(integer, row.integer) << row.text;
    }
  }
}

}  // namespace
}  // namespace syncline::mapping
