#include "cli/output_only.h"

#include <array>
#include <string>
#include <string_view>

namespace syncline::cli {
namespace {

// Comments of the contract are not part of its descriptors, so the list is repeated here; a test
// compares it with the comments.
constexpr std::array<std::string_view, 24> kOutputOnly{
    "syncline.v1.Workspace.schema",
    "syncline.v1.Workspace.create_time",
    "syncline.v1.Workspace.update_time",
    "syncline.v1.Credential.secret_version",
    "syncline.v1.Credential.create_time",
    "syncline.v1.Credential.update_time",
    "syncline.v1.Credential.state",
    "syncline.v1.Credential.state_message",
    "syncline.v1.Credential.token_expire_time",
    "syncline.v1.Integration.create_time",
    "syncline.v1.Integration.update_time",
    "syncline.v1.Mapping.version",
    "syncline.v1.Mapping.update_time",
    "syncline.v1.ObjectType.built_in",
    "syncline.v1.ObjectType.table",
    "syncline.v1.ObjectType.create_time",
    "syncline.v1.ObjectType.update_time",
    "syncline.v1.Schedule.paused",
    "syncline.v1.Schedule.next_fire_time",
    "syncline.v1.Schedule.last_fire_time",
    "syncline.v1.Schedule.last_skip_reason",
    "syncline.v1.Schedule.pause_reason",
    "syncline.v1.Schedule.create_time",
    "syncline.v1.Schedule.update_time",
};

}  // namespace

bool IsOutputOnly(const google::protobuf::FieldDescriptor& field) {
  for (const std::string_view name : kOutputOnly) {
    if (field.full_name() == name) return true;
  }
  return false;
}

void ClearOutputOnly(google::protobuf::Message& resource) {
  const google::protobuf::Descriptor& type = *resource.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = type.field(i);
    if (IsOutputOnly(*field) || field->name() == "etag") {
      resource.GetReflection()->ClearField(&resource, field);
    }
  }
}

}  // namespace syncline::cli
