#include "mapping/converters.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "mapping/decimal.h"
#include "mapping/json_text.h"

namespace syncline::mapping {
namespace {

using expression::Value;
using json::Kind;

bool Fail(Conversion& conversion, std::string problem,
          base::Reason reason = base::Reason::kConversionFailed) {
  conversion.reason = reason;
  conversion.problem = std::move(problem);
  return false;
}

bool FailType(Conversion& conversion, Kind kind, std::string_view wanted) {
  const std::string_view came = kind == Kind::kArray    ? "is a list"
                                : kind == Kind::kObject ? "is an object"
                                                        : "is a boolean";
  return Fail(conversion, fmt::format("{}; the field takes {}", came, wanted));
}

bool IsText(Kind kind) { return kind == Kind::kString || kind == Kind::kNumber; }

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

bool SetInteger(std::int64_t integer, model::Cell* cell) {
  cell->integer = integer;
  cell->empty = false;
  return true;
}

bool SetText(std::string_view text, model::Cell* cell) {
  cell->text = text;
  cell->empty = false;
  return true;
}

// The value's own bytes where a document holds them, else a copy.
std::string_view Keep(const Value& value, std::string_view text, Conversion& conversion) {
  return value.is_node() ? text : conversion.arena.Copy(text);
}

bool IsDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool IsCompactDate(const Value& value, std::string_view text) {
  return value.kind() == Kind::kString && (text.size() == 8 || text.size() == 14) && IsDigits(text);
}

constexpr std::string_view kTimeWanted =
    "RFC 3339 (\"2026-11-23T08:30:00Z\"), a date, Unix seconds or milliseconds, or what "
    "time_format says";

using TextReader = std::optional<std::int64_t> (TimeRules::*)(std::string_view) const;

bool ConvertTime(const Value& value, Conversion& conversion, model::Cell* cell, TextReader of_text,
                 TextReader of_number) {
  const Kind kind = value.kind();
  if (kind == Kind::kNull) return true;
  if (!IsText(kind)) return FailType(conversion, kind, kTimeWanted);
  const TimeRules& rules = *conversion.time_rules;
  const std::string_view text = Trimmed(value.text());
  if (text.empty()) return true;
  std::optional<std::int64_t> time = (rules.*of_text)(text);
  if (!time.has_value() && !rules.has_format()) {
    if (IsCompactDate(value, text)) {
      return Fail(conversion,
                  "may be a date or a Unix time; set time_format, e.g. \"%Y%m%d\" or \"%s\"");
    }
    time = (rules.*of_number)(text);
  }
  if (!time.has_value()) {
    return Fail(conversion, fmt::format("is no time; the field takes {}", kTimeWanted));
  }
  return SetInteger(*time, cell);
}

}  // namespace

bool ConvertString(const Value& value, Conversion& conversion, model::Cell* cell) {
  const Kind kind = value.kind();
  if (kind == Kind::kNull) return true;
  if (kind == Kind::kTrue || kind == Kind::kFalse) {
    return SetText(kind == Kind::kTrue ? "true" : "false", cell);
  }
  if (!IsText(kind)) return FailType(conversion, kind, "text");
  const std::string_view text = value.text();
  if (text.empty()) return true;
  const bool may_hold_nul = !value.is_node() || value.node().had_escapes();
  if (may_hold_nul && text.find('\0') != std::string_view::npos) {
    return Fail(conversion, "contains U+0000, which the database cannot hold",
                base::Reason::kTextInvalid);
  }
  if (conversion.unique && text.size() > kUniqueTextBytesMax) {
    return Fail(conversion, fmt::format("is longer than the {} bytes that a unique field holds",
                                        kUniqueTextBytesMax));
  }
  if (!value.is_node() && !json::IsValidUtf8(text)) {
    return Fail(conversion, "is not valid UTF-8", base::Reason::kTextInvalid);
  }
  return SetText(Keep(value, text, conversion), cell);
}

bool ConvertInteger(const Value& value, Conversion& conversion, model::Cell* cell) {
  const Kind kind = value.kind();
  if (kind == Kind::kNull) return true;
  if (!IsText(kind)) return FailType(conversion, kind, "an integer");
  const std::string_view text = Trimmed(value.text());
  if (text.empty()) return true;
  std::int64_t integer = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
  if (error == std::errc() && end == text.data() + text.size()) return SetInteger(integer, cell);
  Decimal decimal;
  if (!ParseDecimal(text, &decimal)) return Fail(conversion, "is no integer");
  switch (ToInteger(decimal, &integer)) {
    case DecimalProblem::kNone: return SetInteger(integer, cell);
    case DecimalProblem::kHasFraction:
      return Fail(conversion, "has a fraction; the field takes an integer");
    default:
      return Fail(conversion,
                  "is out of range; the field takes -9223372036854775808 to 9223372036854775807");
  }
}

bool ConvertNumber(const Value& value, Conversion& conversion, model::Cell* cell) {
  const Kind kind = value.kind();
  if (kind == Kind::kNull) return true;
  if (!IsText(kind)) return FailType(conversion, kind, "a number");
  const std::string_view text = Trimmed(value.text());
  if (text.empty()) return true;
  if (IsCanonicalDecimal(text)) return SetText(Keep(value, text, conversion), cell);
  Decimal decimal;
  if (!ParseDecimal(text, &decimal)) return Fail(conversion, "is no decimal number");
  std::string& chunk = conversion.arena.Reserve(kNumberDigitsMax + 3);  // sign, zero and point
  const std::size_t begin = chunk.size();
  if (AppendCanonical(decimal, &chunk) != DecimalProblem::kNone) {
    return Fail(conversion, fmt::format("has more than {} digits", kNumberDigitsMax));
  }
  return SetText(std::string_view(chunk).substr(begin), cell);
}

bool ConvertBoolean(const Value& value, Conversion& conversion, model::Cell* cell) {
  const Kind kind = value.kind();
  if (kind == Kind::kNull) return true;
  if (kind == Kind::kTrue || kind == Kind::kFalse) return SetInteger(kind == Kind::kTrue, cell);
  constexpr std::string_view kWanted = "true, false, yes, no, 1 or 0";
  if (!IsText(kind)) return FailType(conversion, kind, kWanted);
  std::string text(Trimmed(value.text()).substr(0, 6));
  if (text.empty()) return true;
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  if (text == "true" || text == "yes" || text == "1") return SetInteger(1, cell);
  if (text == "false" || text == "no" || text == "0") return SetInteger(0, cell);
  return Fail(conversion, fmt::format("is no boolean; the field takes {}", kWanted));
}

bool ConvertTimestamp(const Value& value, Conversion& conversion, model::Cell* cell) {
  return ConvertTime(value, conversion, cell, &TimeRules::ParseInstant,
                     &TimeRules::InstantOfNumber);
}

bool ConvertDate(const Value& value, Conversion& conversion, model::Cell* cell) {
  return ConvertTime(value, conversion, cell, &TimeRules::ParseDay, &TimeRules::DayOfNumber);
}

bool ConvertJson(const Value& value, Conversion& conversion, model::Cell* cell) {
  const Kind kind = value.kind();
  if (kind == Kind::kNull || (kind == Kind::kString && value.text().empty())) return true;
  const std::string json = expression::ToJson(value);
  switch (CheckJsonText(json)) {
    case JsonTextProblem::kNone: return SetText(conversion.arena.Copy(json), cell);
    case JsonTextProblem::kHasNul:
      return Fail(conversion, "contains U+0000, which the database cannot hold",
                  base::Reason::kTextInvalid);
    case JsonTextProblem::kNumberTooLarge: break;
  }
  return Fail(conversion, "contains a number with more digits than the database holds");
}

Converter ConverterOf(model::FieldType type) {
  switch (type) {
    case model::FieldType::kString: return &ConvertString;
    case model::FieldType::kInteger: return &ConvertInteger;
    case model::FieldType::kNumber: return &ConvertNumber;
    case model::FieldType::kBoolean: return &ConvertBoolean;
    case model::FieldType::kTimestamp: return &ConvertTimestamp;
    case model::FieldType::kDate: return &ConvertDate;
    case model::FieldType::kJson: break;
  }
  return &ConvertJson;
}

}  // namespace syncline::mapping
