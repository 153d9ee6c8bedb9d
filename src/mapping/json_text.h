#pragma once

#include <string_view>

namespace syncline::mapping {

enum class JsonTextProblem { kNone, kHasNul, kNumberTooLarge };

// Whether a jsonb column takes this compact, valid JSON: PostgreSQL refuses \u0000 in strings, and
// numbers beyond numeric's range (131,072 digits before the point, 16,383 after it). Numbers that
// an exponent would make longer than kNumberDigitsMax digits are refused, too.
JsonTextProblem CheckJsonText(std::string_view json);

}  // namespace syncline::mapping
