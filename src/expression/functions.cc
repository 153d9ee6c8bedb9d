// The table of functions and the check of what they are given.
#include <algorithm>
#include <cstring>

#include "base/status.h"
#include "expression/function.h"
#include "fmt/format.h"

namespace syncline::expression {
namespace {

using json::Kind;

constexpr std::uint16_t kMany = Function::kVariadic;
constexpr Types kOrdered = kNumbersType | kStringsType;

// Sorted by name.
constexpr Function kFunctions[] = {
    {"abs", 1, 1, {kNumberType}, Abs},
    {"avg", 1, 1, {kNumbersType}, Avg},
    {"base64_decode", 1, 1, {kStringType}, Base64Decode},
    {"base64_encode", 1, 1, {kStringType}, Base64Encode},
    {"ceil", 1, 1, {kNumberType}, Ceil},
    {"contains", 2, 2, {kArrayType | kStringType, kAnyType}, Contains},
    {"default", 2, 2, {kAnyType, kAnyType, kAnyType}, nullptr, Op::kDefault},
    {"ends_with", 2, 2, {kStringType, kStringType}, EndsWith},
    {"floor", 1, 1, {kNumberType}, Floor},
    {"format_time", 2, 3, {kNumberType | kStringType, kStringType, kZoneType}, FormatTime},
    {"if", 3, 3, {kAnyType, kAnyType, kAnyType}, nullptr, Op::kIf},
    {"join", 2, 2, {kStringType, kStringsType}, Join},
    {"keys", 1, 1, {kObjectType}, Keys},
    {"length", 1, 1, {kStringType | kArrayType | kObjectType}, Length},
    {"lower", 1, 1, {kStringType}, Lower},
    {"map", 2, 2, {kReferenceType, kArrayType}, Map},
    {"max", 1, 1, {kOrdered}, Max},
    {"max_by", 2, 2, {kArrayType, kReferenceType}, MaxBy},
    {"merge", 0, kMany, {kObjectType, kObjectType, kObjectType}, Merge},
    {"min", 1, 1, {kOrdered}, Min},
    {"min_by", 2, 2, {kArrayType, kReferenceType}, MinBy},
    {"not_null", 1, kMany, {kAnyType, kAnyType, kAnyType}, NotNull},
    {"now", 0, 0, {}, Now},
    {"parse_time", 2, 3, {kStringType, kStringType, kZoneType}, ParseTime},
    {"replace", 3, 3, {kStringType, kStringType, kStringType}, Replace},
    {"reverse", 1, 1, {kStringType | kArrayType}, Reverse},
    {"sort", 1, 1, {kOrdered}, Sort},
    {"sort_by", 2, 2, {kArrayType, kReferenceType}, SortBy},
    {"split", 2, 2, {kStringType, kStringType}, Split},
    {"starts_with", 2, 2, {kStringType, kStringType}, StartsWith},
    {"substring", 2, 3, {kStringType, kNumberType, kNumberType}, Substring},
    {"sum", 1, 1, {kNumbersType}, Sum},
    {"to_array", 1, 1, {kAnyType}, ToArray},
    {"to_number", 1, 1, {kAnyType}, ToNumber},
    {"to_string", 1, 1, {kAnyType}, ToString},
    {"trim", 1, 1, {kStringType}, Trim},
    {"type", 1, 1, {kAnyType}, Type},
    {"upper", 1, 1, {kStringType}, Upper},
    {"values", 1, 1, {kObjectType}, Values},
};

Types TypeOf(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull: return kNullType;
    case Kind::kFalse:
    case Kind::kTrue: return kBooleanType;
    case Kind::kNumber: return kNumberType;
    case Kind::kString: return kStringType;
    case Kind::kArray: return kArrayType;
    default: return kObjectType;
  }
}

bool AllElementsAre(const Value& array, Types type) {
  bool all = true;
  array.ForEachElement([&](Value element) { all = all && TypeOf(element) == type; });
  return all;
}

bool Fits(const Value& value, Types types) {
  if ((types & TypeOf(value)) != 0) return true;
  if (value.kind() != Kind::kArray) return false;
  return ((types & kNumbersType) != 0 && AllElementsAre(value, kNumberType)) ||
         ((types & kStringsType) != 0 && AllElementsAre(value, kStringType));
}

std::string Describe(Types types) {
  static constexpr std::pair<Types, const char*> kNames[] = {
      {kNumberType, "a number"},
      {kStringType, "a string"},
      {kArrayType, "an array"},
      {kObjectType, "an object"},
      {kNumbersType, "an array of numbers"},
      {kStringsType, "an array of strings"},
  };
  std::string text;
  for (const auto& [type, name] : kNames) {
    if ((types & type) == 0) continue;
    if (!text.empty()) text += " or ";
    text += name;
  }
  return text;
}

}  // namespace

const Function* FindFunction(std::string_view name) {
  const auto* found = std::ranges::find(kFunctions, name, &Function::name);
  return found == std::end(kFunctions) ? nullptr : found;
}

absl::Status CheckArguments(const Call& call) {
  for (std::size_t i = 0; i < call.size(); ++i) {
    const Types types = call.function.ParameterAt(i);
    if (types == kReferenceType || types == kZoneType || types == kAnyType) continue;
    const Value& argument = call[i];
    if (argument.kind() == Kind::kArray) SYNCLINE_RETURN_IF_ERROR(call.Spend(argument.size()));
    if (!Fits(argument, types)) {
      return call.Fail(fmt::format("argument {} must be {}", i + 1, Describe(types)));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Value> Call::KeepString(std::string_view text) const {
  SYNCLINE_RETURN_IF_ERROR(SpendBytes(text.size()));
  auto* bytes = static_cast<char*>(memory()->allocate(text.size() + 1, 1));
  std::memcpy(bytes, text.data(), text.size());
  return Value::String({bytes, text.size()});
}

absl::Status Call::Fail(std::string_view message) const {
  return base::Error(base::Reason::kExpressionFailed,
                     fmt::format("{}(): {}", function.name, message));
}

}  // namespace syncline::expression
