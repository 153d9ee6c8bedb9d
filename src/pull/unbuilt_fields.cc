#include "pull/unbuilt_fields.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <array>
#include <string>
#include <string_view>

namespace syncline::pull {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Names in the proto's own spelling, from the integration down; lists of parents and details have
// the same ones.
constexpr auto kUnbuilt = std::to_array<std::string_view>({
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
  if (field == nullptr || !IsSet(message, *field)) return "";  // of another kind of list
  if (dot == std::string_view::npos) return field->json_name();
  const std::string rest =
      FindSet(message.GetReflection()->GetMessage(message, field), path.substr(dot + 1));
  return rest.empty() ? "" : field->json_name() + "." + rest;
}

void CheckList(const Message& message, const std::string& prefix,
               base::FieldViolations* violations) {
  for (const std::string_view path : kUnbuilt) {
    const std::string field = FindSet(message, path);
    if (!field.empty()) violations->Add(prefix + field, "is not offered by this build yet");
  }
}

}  // namespace

void CheckUnbuilt(const v1::Integration& integration, base::FieldViolations* violations) {
  CheckList(integration, "", violations);
  for (int i = 0; i < integration.fan_out().levels_size(); ++i) {
    const v1::FanOutLevel& level = integration.fan_out().levels(i);
    const std::string prefix = fmt::format("fanOut.levels[{}].", i);
    CheckList(level.request(), prefix + "request.", violations);
    for (int k = 0; k < level.union_().sources_size(); ++k) {
      CheckList(level.union_().sources(k).request(),
                fmt::format("{}union.sources[{}].request.", prefix, k), violations);
    }
  }
  for (int i = 0; i < integration.details_size(); ++i) {
    CheckList(integration.details(i), fmt::format("details[{}].", i), violations);
  }
}

}  // namespace syncline::pull
