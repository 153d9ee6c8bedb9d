#include "store/proto_json.h"

#include <google/protobuf/util/json_util.h>

#include "base/status.h"
#include "fmt/format.h"

namespace syncline::store {

namespace pb = google::protobuf;

std::string ToProtoJson(const pb::Message& message) {
  std::string json;
  const pb::util::Status status = pb::util::MessageToJsonString(message, &json);
  return status.ok() ? json : std::string();
}

absl::Status FromProtoJson(std::string_view json, pb::Message* message) {
  pb::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const pb::util::Status status =
      pb::util::JsonStringToMessage(pb::StringPiece(json.data(), json.size()), message, options);
  if (status.ok()) return absl::OkStatus();
  return base::Error(base::Reason::kInternal,
                     fmt::format("Stored {} cannot be read.", message->GetTypeName()));
}

}  // namespace syncline::store
