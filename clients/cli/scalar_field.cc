#include "cli/scalar_field.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <optional>

#include "fmt/format.h"

namespace syncline::cli {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// "WHEN_EMPTY_" of the enum WhenEmpty.
std::string PrefixOf(const EnumDescriptor& type) {
  std::string prefix;
  for (const char c : type.name()) {
    if (std::isupper(static_cast<unsigned char>(c)) && !prefix.empty()) prefix.push_back('_');
    prefix.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
  }
  return prefix + "_";
}

template <typename Number>
std::optional<Number> ParseNumber(const std::string& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Calls Set... or Add... of the reflection, whichever the field needs.
template <typename Value, typename Set, typename Add>
std::string Store(const std::optional<Value>& value, std::string_view expected, Set set, Add add,
                  const FieldDescriptor& field, Message& message) {
  if (!value.has_value()) return fmt::format("must be {}", expected);
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  if (field.is_repeated()) {
    (reflection.*add)(&message, &field, *value);
  } else {
    (reflection.*set)(&message, &field, *value);
  }
  return "";
}

const EnumValueDescriptor* FindEnum(const std::string& text, const EnumDescriptor& type) {
  std::string upper = text;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (const auto* value = type.FindValueByName(upper)) return value;
  return type.FindValueByName(PrefixOf(type) + upper);
}

std::string EnumNames(const EnumDescriptor& type) {
  std::string names;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() == 0) continue;
    names += (names.empty() ? "" : ", ") + ShortEnumName(*type.value(i));
  }
  return names;
}

std::optional<bool> ParseBool(const std::string& text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

}  // namespace

std::string ShortEnumName(const EnumValueDescriptor& value) {
  const std::string prefix = PrefixOf(*value.type());
  const std::string& name = value.name();
  return name.compare(0, prefix.size(), prefix) == 0 ? name.substr(prefix.size()) : name;
}

std::string SetScalarField(const std::string& text, const FieldDescriptor& field,
                           Message& message) {
  using R = google::protobuf::Reflection;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return Store(std::optional(text), "text", &R::SetString, &R::AddString, field, message);
    case FieldDescriptor::CPPTYPE_INT32:
      return Store(ParseNumber<std::int32_t>(text), "a whole number", &R::SetInt32, &R::AddInt32,
                   field, message);
    case FieldDescriptor::CPPTYPE_INT64:
      return Store(ParseNumber<std::int64_t>(text), "a whole number", &R::SetInt64, &R::AddInt64,
                   field, message);
    case FieldDescriptor::CPPTYPE_UINT32:
      return Store(ParseNumber<std::uint32_t>(text), "a whole number from 0", &R::SetUInt32,
                   &R::AddUInt32, field, message);
    case FieldDescriptor::CPPTYPE_UINT64:
      return Store(ParseNumber<std::uint64_t>(text), "a whole number from 0", &R::SetUInt64,
                   &R::AddUInt64, field, message);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Store(ParseNumber<double>(text), "a number", &R::SetDouble, &R::AddDouble, field,
                   message);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return Store(ParseNumber<float>(text), "a number", &R::SetFloat, &R::AddFloat, field,
                   message);
    case FieldDescriptor::CPPTYPE_BOOL:
      return Store(ParseBool(text), "true or false", &R::SetBool, &R::AddBool, field, message);
    case FieldDescriptor::CPPTYPE_ENUM: break;
    case FieldDescriptor::CPPTYPE_MESSAGE: return "must be a block of fields";
  }
  const EnumValueDescriptor* value = FindEnum(text, *field.enum_type());
  const bool usable = value != nullptr && value->number() != 0;
  return Store(usable ? std::optional(value) : std::nullopt,
               "one of " + EnumNames(*field.enum_type()), &R::SetEnum, &R::AddEnum, field, message);
}

}  // namespace syncline::cli
