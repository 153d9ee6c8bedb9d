#include "cli/resource_client.h"

#include <google/protobuf/field_mask.pb.h>

#include <algorithm>

#include "base/status.h"
#include "cli/resource_name.h"
#include "fmt/format.h"

namespace syncline::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

const FieldDescriptor* FieldOf(const Message& message, const std::string& name) {
  return message.GetDescriptor()->FindFieldByName(name);
}

absl::StatusOr<const MethodDescriptor*> RequiredMethod(const ResourceKind& kind,
                                                       std::string_view verb) {
  const MethodDescriptor* method = MethodOf(kind, verb);
  if (method != nullptr) return method;
  std::string lower(verb);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return base::Error(base::Reason::kInvalidArgument,
                     fmt::format("{} cannot be used with {}", lower, kind.plural));
}

absl::StatusOr<MessagePointer> Write(Server& server, const ResourceKind& kind,
                                     std::string_view verb, const Message& resource,
                                     bool validate_only) {
  SYNCLINE_ASSIGN_OR_RETURN(const MethodDescriptor* method, RequiredMethod(kind, verb));
  MessagePointer request = NewMessage(*method->input_type());
  const auto& reflection = *request->GetReflection();
  const FieldDescriptor* holder = FieldOf(*request, FieldNameOf(kind));
  reflection.MutableMessage(request.get(), holder)->CopyFrom(resource);
  if (verb == "Create") {
    const std::string name =
        resource.GetReflection()->GetString(resource, FieldOf(resource, "name"));
    SetText(*request, "parent", ParentOf(name));
    SetText(*request, FieldNameOf(kind) + "_id", IdOf(name));
  } else {
    auto* mask = dynamic_cast<google::protobuf::FieldMask*>(
        reflection.MutableMessage(request.get(), FieldOf(*request, "update_mask")));
    mask->add_paths("*");
  }
  reflection.SetBool(request.get(), FieldOf(*request, "validate_only"), validate_only);
  return server.Call(*method, *request);
}

// The one repeated field of a List answer.
const FieldDescriptor* ItemsOf(const MethodDescriptor& method) {
  const auto& type = *method.output_type();
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->is_repeated()) return type.field(i);
  }
  return nullptr;
}

}  // namespace

void SetText(Message& request, const std::string& field, const std::string& value) {
  const FieldDescriptor* descriptor = FieldOf(request, field);
  if (descriptor != nullptr) request.GetReflection()->SetString(&request, descriptor, value);
}

absl::StatusOr<MessagePointer> CallWith(
    Server& server, const MethodDescriptor& method,
    const std::vector<std::pair<std::string, std::string>>& fields) {
  MessagePointer request = NewMessage(*method.input_type());
  for (const auto& [field, value] : fields) SetText(*request, field, value);
  return server.Call(method, *request);
}

absl::StatusOr<MessagePointer> GetResource(Server& server, const ResourceKind& kind,
                                           const std::string& name) {
  SYNCLINE_ASSIGN_OR_RETURN(const MethodDescriptor* method, RequiredMethod(kind, "Get"));
  return CallWith(server, *method, {{"name", name}});
}

absl::Status DeleteResource(Server& server, const ResourceKind& kind, const std::string& name) {
  SYNCLINE_ASSIGN_OR_RETURN(const MethodDescriptor* method, RequiredMethod(kind, "Delete"));
  return CallWith(server, *method, {{"name", name}}).status();
}

absl::StatusOr<MessagePointer> CreateResource(Server& server, const ResourceKind& kind,
                                              const Message& resource, bool validate_only) {
  return Write(server, kind, "Create", resource, validate_only);
}

absl::StatusOr<MessagePointer> UpdateResource(Server& server, const ResourceKind& kind,
                                              const Message& resource, bool validate_only) {
  return Write(server, kind, "Update", resource, validate_only);
}

absl::StatusOr<Listing> ListAll(Server& server, const MethodDescriptor& method,
                                const std::vector<std::pair<std::string, std::string>>& fields,
                                std::size_t limit, int page_size_max) {
  Listing listing;
  std::string token;
  const FieldDescriptor* items = ItemsOf(method);
  do {
    MessagePointer request = NewMessage(*method.input_type());
    for (const auto& [field, value] : fields) SetText(*request, field, value);
    SetText(*request, "page_token", token);
    const std::size_t wanted = limit == 0 ? page_size_max : limit - listing.messages.size();
    const int page_size = static_cast<int>(std::min<std::size_t>(wanted, page_size_max));
    request->GetReflection()->SetInt32(request.get(), FieldOf(*request, "page_size"), page_size);
    SYNCLINE_ASSIGN_OR_RETURN(const MessagePointer answer, server.Call(method, *request));
    const auto& reflection = *answer->GetReflection();
    for (int i = 0; i < reflection.FieldSize(*answer, items); ++i) {
      const Message& item = reflection.GetRepeatedMessage(*answer, items, i);
      listing.messages.emplace_back(item.New())->CopyFrom(item);
    }
    token = reflection.GetString(*answer, FieldOf(*answer, "next_page_token"));
  } while (!token.empty() && (limit == 0 || listing.messages.size() < limit));
  listing.more = !token.empty();
  return listing;
}

}  // namespace syncline::cli
