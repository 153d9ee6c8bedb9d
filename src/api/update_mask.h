#pragma once

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>

#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace syncline::api {

// How a resource may be updated. The names are of fields at the top of the message.
struct UpdateRules {
  // Never written by a client: name, etag and what the server fills in. Silently left alone.
  std::set<std::string, std::less<>> ignored;
  // May be set on create only; a differing value is a wrong field.
  std::set<std::string, std::less<>> immutable;
};

// Writes into `stored` what `mask` selects of `update` (google.aip.dev/134): an absent mask selects
// the populated top-level fields, "*" all of them; "request.url" selects one leaf, and clears it
// where the update does not set it. Maps and lists are written as a whole. INVALID_ARGUMENT names
// every path that does not exist and every immutable field that would change; `resource_field` is
// where the resource stands in the request ("integration"). `stored` is then left as it was.
absl::Status ApplyUpdateMask(const google::protobuf::FieldMask& mask,
                             const google::protobuf::Message& update, const UpdateRules& rules,
                             std::string_view resource_field, google::protobuf::Message* stored);

}  // namespace syncline::api
