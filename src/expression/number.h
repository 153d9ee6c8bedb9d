#pragma once

#include <memory_resource>
#include <optional>
#include <string_view>

namespace syncline::expression {

// Numbers are texts as JSON spells them; these functions read them as values. No precision is lost
// in comparisons and in sums of integers; only fractions pass through double.

// -1, 0 or 1 by value, exactly, whatever the number of digits or the exponent.
int CompareNumbers(std::string_view a, std::string_view b);

// Nullopt when the value does not fit the type (or is no integer: "1.0" and "1e2" are none here).
std::optional<std::int64_t> ParseInteger(std::string_view text);
std::optional<double> ParseDouble(std::string_view text);

// Shortest text that reads back as the same number, in `memory`. Nullopt for what JSON cannot
// spell: infinities and NaN.
std::optional<std::string_view> FormatDouble(double value, std::pmr::memory_resource* memory);
std::string_view FormatInteger(std::int64_t value, std::pmr::memory_resource* memory);

}  // namespace syncline::expression
