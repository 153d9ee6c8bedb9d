#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace google::protobuf {
class Descriptor;
class MethodDescriptor;
class ServiceDescriptor;
}  // namespace google::protobuf

namespace syncline::cli {

// One kind of resource as the command knows it. Everything else (requests, answers, fields) is read
// from the descriptors of the contract, so a new resource is one row of the table in
// resource_kind.cc.
struct ResourceKind {
  std::string_view singular;    // on the command line, e.g. "integration"
  std::string_view plural;      // e.g. "integrations"
  std::string_view message;     // e.g. "Integration"; also `kind:` of a definition
  std::string_view collection;  // segment of names, e.g. "integrations"
  const ResourceKind* parent;   // null for workspaces
  bool singleton;               // has no id of its own: `.../mapping`
  bool defined;                 // may be written in a definition file
  const google::protobuf::ServiceDescriptor* (*service)();
  std::vector<std::string_view> columns;  // of tables: paths of fields, see TextAt
};

// In the order in which definitions are applied: what others refer to comes first.
const std::vector<const ResourceKind*>& ResourceKinds();

// By singular, plural or message name; INVALID_ARGUMENT names the closest and lists all.
absl::StatusOr<const ResourceKind*> FindKind(std::string_view text);
// By message name; null when there is none.
const ResourceKind* KindOfMessage(std::string_view message);

// The resource's message.
const google::protobuf::Descriptor* MessageOf(const ResourceKind& kind);
// E.g. ("Get", integration) -> GetIntegration; null where the service has no such method.
const google::protobuf::MethodDescriptor* MethodOf(const ResourceKind& kind, std::string_view verb);

// "object_type": the resource's field in Create and Update requests; "object_type_id" names its id.
std::string FieldNameOf(const ResourceKind& kind);

}  // namespace syncline::cli
