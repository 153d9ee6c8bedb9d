#include "cli/resource_kind.h"

#include <google/protobuf/descriptor.h>

#include <cctype>

#include "base/status.h"
#include "cli/closest.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "syncline/v1/audit_service.pb.h"
#include "syncline/v1/credential_service.pb.h"
#include "syncline/v1/integration_service.pb.h"
#include "syncline/v1/mapping_service.pb.h"
#include "syncline/v1/object_service.pb.h"
#include "syncline/v1/object_type_service.pb.h"
#include "syncline/v1/run_service.pb.h"
#include "syncline/v1/schedule_service.pb.h"
#include "syncline/v1/workspace_service.pb.h"

namespace syncline::cli {
namespace {

// Naming a message of the file keeps its descriptors in the program: the linker drops what nobody
// refers to, and the generated pool would not know the service.
template <typename AnyMessage>
const google::protobuf::ServiceDescriptor* ServiceBeside() {
  return AnyMessage::descriptor()->file()->service(0);
}

const ResourceKind kWorkspace{"workspace",
                              "workspaces",
                              "Workspace",
                              "workspaces",
                              nullptr,
                              false,
                              true,
                              ServiceBeside<v1::GetWorkspaceRequest>,
                              {"name", "display_name", "schema", "create_time"}};
const ResourceKind kObjectType{"object-type",
                               "object-types",
                               "ObjectType",
                               "objectTypes",
                               &kWorkspace,
                               false,
                               true,
                               ServiceBeside<v1::GetObjectTypeRequest>,
                               {"name", "built_in", "fields", "table"}};
const ResourceKind kCredential{"credential",
                               "credentials",
                               "Credential",
                               "credentials",
                               &kWorkspace,
                               false,
                               true,
                               ServiceBeside<v1::GetCredentialRequest>,
                               {"name", "kind", "allowed_hosts", "secret_version", "update_time"}};
const ResourceKind kIntegration{
    "integration",
    "integrations",
    "Integration",
    "integrations",
    &kWorkspace,
    false,
    true,
    ServiceBeside<v1::GetIntegrationRequest>,
    {"name", "object_type", "credential", "request.url", "pagination.kind"}};
const ResourceKind kMapping{"mapping",
                            "mappings",
                            "Mapping",
                            "mapping",
                            &kIntegration,
                            true,
                            true,
                            ServiceBeside<v1::GetMappingRequest>,
                            {"name", "sync_keys", "fields", "write_policy", "version"}};
const ResourceKind kSchedule{"schedule",
                             "schedules",
                             "Schedule",
                             "schedules",
                             &kIntegration,
                             false,
                             true,
                             ServiceBeside<v1::GetScheduleRequest>,
                             {"name", "daily", "every", "time_zone", "paused", "pause_reason",
                              "next_fire_time", "last_skip_reason"}};
const ResourceKind kRun{
    "run",
    "runs",
    "Run",
    "runs",
    &kIntegration,
    false,
    false,
    ServiceBeside<v1::GetRunRequest>,
    {"name", "state", "trigger", "counters.pages", "counters.records", "counters.created",
     "counters.updated", "counters.unchanged", "counters.rejected", "create_time", "error.reason"}};
const ResourceKind kObject{"object",
                           "objects",
                           "Object",
                           "objects",
                           &kObjectType,
                           false,
                           false,
                           ServiceBeside<v1::GetObjectRequest>,
                           {"name", "revision", "update_time"}};
const ResourceKind kAuditEvent{"audit-event",
                               "audit-events",
                               "AuditEvent",
                               "auditEvents",
                               &kWorkspace,
                               false,
                               false,
                               ServiceBeside<v1::GetAuditEventRequest>,
                               {"name", "create_time", "kind", "resource", "detail"}};

}  // namespace

const std::vector<const ResourceKind*>& ResourceKinds() {
  static const auto* const kinds = new std::vector<const ResourceKind*>{
      &kWorkspace, &kObjectType, &kCredential, &kIntegration, &kMapping,
      &kSchedule,  &kRun,        &kObject,     &kAuditEvent};
  return *kinds;
}

absl::StatusOr<const ResourceKind*> FindKind(std::string_view text) {
  std::vector<std::string> names;
  for (const ResourceKind* kind : ResourceKinds()) {
    if (text == kind->singular || text == kind->plural || text == kind->message) return kind;
    names.emplace_back(kind->plural);
  }
  const std::string closest = Closest(text, names);
  return base::Error(base::Reason::kInvalidArgument,
                     fmt::format("\"{}\" is not a kind of resource{}; there are {}", text,
                                 closest.empty() ? "" : fmt::format(", did you mean {}?", closest),
                                 fmt::join(names, ", ")));
}

const ResourceKind* KindOfMessage(std::string_view message) {
  for (const ResourceKind* kind : ResourceKinds()) {
    if (kind->message == message) return kind;
  }
  return nullptr;
}

const google::protobuf::Descriptor* MessageOf(const ResourceKind& kind) {
  // A singleton and a plain resource alike are what Get answers with.
  return MethodOf(kind, "Get")->output_type();
}

const google::protobuf::MethodDescriptor* MethodOf(const ResourceKind& kind,
                                                   std::string_view verb) {
  const std::string suffix =
      verb == "List" ? std::string(kind.message) + "s" : std::string(kind.message);
  return kind.service()->FindMethodByName(std::string(verb) + suffix);
}

std::string FieldNameOf(const ResourceKind& kind) {
  std::string name;
  for (const char c : kind.message) {
    if (std::isupper(static_cast<unsigned char>(c)) && !name.empty()) name.push_back('_');
    name.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  return name;
}

}  // namespace syncline::cli
