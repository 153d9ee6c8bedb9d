#include "pull/unbuilt_fields.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <array>
#include <string>
#include <string_view>

namespace syncline::pull {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Names in the proto's own spelling, from the integration down.
constexpr auto kUnbuilt = std::to_array<std::string_view>({
    "details",
    "export_job",
    "fan_out",
    "pagination.advanced",
    "pagination.automatic",
    "pagination.end_statuses",
    "pagination.has_more",
    "pagination.limit_offset.step",
    "pagination.limit_page.step",
    "pagination.cursor.token.first",
    "pagination.parallel_page_count",
    "pagination.result_window",
    "response.stream",
});

bool IsSet(const Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  return field.is_repeated() ? reflection.FieldSize(message, &field) > 0
                             : reflection.HasField(message, &field);
}

// Follows `path` to its last field; "" when something on the way is absent, else its JSON spelling.
std::string FindSet(const Message& message, std::string_view path) {
  const std::size_t dot = path.find('.');
  const FieldDescriptor* field =
      message.GetDescriptor()->FindFieldByName(std::string(path.substr(0, dot)));
  if (field == nullptr || !IsSet(message, *field)) return "";
  if (dot == std::string_view::npos) return field->json_name();
  const std::string rest =
      FindSet(message.GetReflection()->GetMessage(message, field), path.substr(dot + 1));
  return rest.empty() ? "" : field->json_name() + "." + rest;
}

}  // namespace

void CheckUnbuilt(const v1::Integration& integration, base::FieldViolations* violations) {
  for (const std::string_view path : kUnbuilt) {
    const std::string field = FindSet(integration, path);
    if (!field.empty()) violations->Add(field, "is not offered by this build yet");
  }
}

}  // namespace syncline::pull
