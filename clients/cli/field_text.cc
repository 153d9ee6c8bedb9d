#include "cli/field_text.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/time_util.h>

#include "cli/duration_text.h"
#include "cli/resource_name.h"
#include "cli/scalar_field.h"
#include "fmt/format.h"

namespace syncline::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

std::string ArmOf(const Message& message) {
  const auto& type = *message.GetDescriptor();
  for (int i = 0; i < type.real_oneof_decl_count(); ++i) {
    const FieldDescriptor* arm =
        message.GetReflection()->GetOneofFieldDescriptor(message, type.oneof_decl(i));
    if (arm != nullptr) return arm->json_name();
  }
  return "";
}

std::string MessageText(const Message& message) {
  if (const auto* time = dynamic_cast<const google::protobuf::Timestamp*>(&message)) {
    google::protobuf::Timestamp seconds = *time;
    seconds.set_nanos(0);
    return google::protobuf::util::TimeUtil::ToString(seconds);
  }
  if (const auto* duration = dynamic_cast<const google::protobuf::Duration*>(&message)) {
    return DurationText(std::chrono::seconds(duration->seconds()) +
                        std::chrono::nanoseconds(duration->nanos()));
  }
  return ArmOf(message);
}

std::string ListText(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  const int size = reflection.FieldSize(message, &field);
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING) return fmt::format("{}", size);
  std::string text;
  for (int i = 0; i < size; ++i) {
    text += (i == 0 ? "" : ", ") + reflection.GetRepeatedString(message, &field, i);
  }
  return text;
}

std::string ScalarText(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string text = reflection.GetString(message, &field);
      return field.name() == "name" && text.starts_with("workspaces/") ? ShortName(text) : text;
    }
    case FieldDescriptor::CPPTYPE_INT32:
      return fmt::format("{}", reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return fmt::format("{}", reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL: return reflection.GetBool(message, &field) ? "yes" : "no";
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value = reflection.GetEnum(message, &field);
      return value->number() == 0 ? "" : ShortEnumName(*value);
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return reflection.HasField(message, &field)
                 ? MessageText(reflection.GetMessage(message, &field))
                 : "";
    default: return "";
  }
}

}  // namespace

std::string TextAt(const Message& message, std::string_view path) {
  const std::size_t dot = path.find('.');
  const std::string name(path.substr(0, dot));
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  if (field == nullptr) return ArmOf(message);
  if (dot != std::string_view::npos) {
    if (!message.GetReflection()->HasField(message, field)) return "";
    return TextAt(message.GetReflection()->GetMessage(message, field), path.substr(dot + 1));
  }
  if (field->is_repeated()) return ListText(message, *field);
  const bool absent = field->has_presence() && !message.GetReflection()->HasField(message, field);
  return absent ? "" : ScalarText(message, *field);
}

std::string FieldValueText(const v1::FieldValue& value) {
  for (int i = 0; i < v1::FieldValue::descriptor()->field_count(); ++i) {
    const FieldDescriptor* field = v1::FieldValue::descriptor()->field(i);
    if (value.GetReflection()->HasField(value, field)) return ScalarText(value, *field);
  }
  return "";
}

}  // namespace syncline::cli
