#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/resource_kind.h"
#include "cli/server.h"

namespace syncline::cli {

// Sets a text field of a request if it has one of that name.
void SetText(google::protobuf::Message& request, const std::string& field,
             const std::string& value);

// Sends a request that consists of text fields only, such as {"name", ...}.
absl::StatusOr<MessagePointer> CallWith(
    Server& server, const google::protobuf::MethodDescriptor& method,
    const std::vector<std::pair<std::string, std::string>>& fields);

absl::StatusOr<MessagePointer> GetResource(Server& server, const ResourceKind& kind,
                                           const std::string& name);
absl::Status DeleteResource(Server& server, const ResourceKind& kind, const std::string& name);
// `resource` carries its full name.
absl::StatusOr<MessagePointer> CreateResource(Server& server, const ResourceKind& kind,
                                              const google::protobuf::Message& resource,
                                              bool validate_only);
// Writes every field (mask "*"); a singleton is updated likewise.
absl::StatusOr<MessagePointer> UpdateResource(Server& server, const ResourceKind& kind,
                                              const google::protobuf::Message& resource,
                                              bool validate_only);

struct Listing {
  std::vector<MessagePointer> messages;
  bool more = false;  // the limit was reached before the end
};

// Walks the pages of a List method until `limit` (0 = all). `fields` are those of the request
// besides paging. Pages hold at most `page_size_max`.
absl::StatusOr<Listing> ListAll(Server& server, const google::protobuf::MethodDescriptor& method,
                                const std::vector<std::pair<std::string, std::string>>& fields,
                                std::size_t limit, int page_size_max = 1'000);

}  // namespace syncline::cli
