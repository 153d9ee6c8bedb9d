#include "run/definition.h"

#include <fmt/format.h>

#include <memory>

#include "base/status.h"
#include "json/document.h"
#include "store/proto_json.h"

namespace syncline::run {

absl::StatusOr<Definition> ParseDefinition(const std::string& json) {
  SYNCLINE_ASSIGN_OR_RETURN(const std::shared_ptr<const json::Document> document,
                            json::Document::Parse(json));
  const auto read = [&](std::string_view key, google::protobuf::Message* message) -> absl::Status {
    json::Node node;
    if (!document->root().Find(key, &node)) {
      return base::Error(base::Reason::kInternal,
                         fmt::format("the run's definition has no \"{}\"", key));
    }
    return store::FromProtoJson(json::ToJson(node), message);
  };
  Definition definition;
  SYNCLINE_RETURN_IF_ERROR(read("integration", &definition.integration));
  SYNCLINE_RETURN_IF_ERROR(read("mapping", &definition.mapping));
  SYNCLINE_RETURN_IF_ERROR(read("object_type", &definition.object_type));
  return definition;
}

}  // namespace syncline::run
