#pragma once

#include <string>
#include <string_view>

#include "base/reason.h"
#include "expression/value.h"
#include "mapping/text_arena.h"
#include "mapping/time_rules.h"
#include "model/row.h"

namespace syncline::mapping {

// What a conversion may need besides the value, and why it failed. Lives on one thread's stack.
struct Conversion {
  TextArena& arena;             // takes texts that no document holds
  const TimeRules* time_rules;  // of TIMESTAMP and DATE fields
  bool unique = false;          // the field has a unique index, which bounds its text
  base::Reason reason = base::Reason::kConversionFailed;
  std::string problem;  // "is no integer; …", to be put behind the value
};

// Text of a unique field: what an index entry of PostgreSQL holds (a third of a page), with room
// for its header.
inline constexpr std::size_t kUniqueTextBytesMax = 2'600;

// One function per field type: the cell of a value, or false and `problem`. Null and "" are empty
// for every type; text of blanks alone is empty for all but STRING and JSON. Texts keep pointing
// into the value's document where they are right as they stand; anything else is put into the
// arena.
using Converter = bool (*)(const expression::Value& value, Conversion& conversion,
                           model::Cell* cell);

// Exact text of strings and numbers, true / false.
bool ConvertString(const expression::Value& value, Conversion& conversion, model::Cell* cell);
// An integral decimal between -2^63 and 2^63-1, as number or text.
bool ConvertInteger(const expression::Value& value, Conversion& conversion, model::Cell* cell);
// A decimal of up to kNumberDigitsMax digits, as number or text; its scale is kept.
bool ConvertNumber(const expression::Value& value, Conversion& conversion, model::Cell* cell);
// true / false, and as text or number: true, false, yes, no, 1, 0 in any case of letters.
bool ConvertBoolean(const expression::Value& value, Conversion& conversion, model::Cell* cell);
// See TimeRules. Text of digits is a Unix time, except 8 or 14 digits: that may be a compact date.
bool ConvertTimestamp(const expression::Value& value, Conversion& conversion, model::Cell* cell);
bool ConvertDate(const expression::Value& value, Conversion& conversion, model::Cell* cell);
// Any JSON that a jsonb column holds: no U+0000, numbers within numeric's range.
bool ConvertJson(const expression::Value& value, Conversion& conversion, model::Cell* cell);

Converter ConverterOf(model::FieldType type);

}  // namespace syncline::mapping
