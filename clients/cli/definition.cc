#include "cli/definition.h"

#include <google/protobuf/descriptor.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>

#include "cli/closest.h"
#include "cli/message_reader.h"
#include "cli/resource_name.h"
#include "cli/server.h"
#include "fmt/format.h"

namespace syncline::cli {
namespace {

const std::set<std::string> kDocumentKeys{"kind",    "name",     "workspace",
                                          "mapping", "schedule", "schedules"};
const std::set<std::string> kPlainKeys{"kind", "name", "workspace"};

// One document on its way to definitions.
class DocumentReader {
 public:
  DocumentReader(const std::string& file, const YAML::Node& node, const std::string& workspace,
                 const SecretSource& secrets, base::FieldViolations& violations)
      : node_(node),
        workspace_(workspace),
        source_(std::make_shared<SourceMap>(file, node.Mark().line + 1)),
        reader_(secrets, *source_, violations) {}

  void Read(std::vector<Definition>& definitions) {
    if (!node_.IsMap()) {
      reader_.Complain(node_, "", "a definition is a block of \"name: value\" with kind and name");
      return;
    }
    workspace_ = Text("workspace", false).value_or(workspace_);
    const ResourceKind* kind = Kind();
    const std::optional<std::string> id = Text("name", true);
    if (kind == nullptr || !id.has_value()) return;
    const absl::StatusOr<std::string> name = FullName(*kind, workspace_, *id);
    if (!name.ok()) {
      reader_.Complain(node_["name"], "name", base::MessageOf(name.status()));
      return;
    }
    const bool integration = kind->message == "Integration";
    Append(*kind, *name, node_, "", integration ? kDocumentKeys : kPlainKeys, definitions);
    if (integration) ReadParts(*name, definitions);
  }

 private:
  std::optional<std::string> Text(const std::string& key, bool required) {
    const YAML::Node value = node_[key];
    if (!value.IsDefined()) {
      if (required) reader_.Complain(node_, "", fmt::format("{} is missing", key));
      return std::nullopt;
    }
    if (value.IsScalar() && !value.Scalar().empty()) return value.Scalar();
    reader_.Complain(value, key, "must be text");
    return std::nullopt;
  }

  const ResourceKind* Kind() {
    const std::optional<std::string> text = Text("kind", true);
    if (!text.has_value()) return nullptr;
    // Mapping and Schedule are written inside their integration.
    const std::vector<std::string> kinds{"Workspace", "Credential", "ObjectType", "Integration"};
    if (std::find(kinds.begin(), kinds.end(), *text) != kinds.end()) return KindOfMessage(*text);
    const std::string closest = Closest(*text, kinds);
    reader_.Complain(
        node_["kind"], "kind",
        *text == "Mapping" || *text == "Schedule"
            ? "stands inside its Integration, under mapping: or schedule:"
            : fmt::format("unknown kind; {}",
                          closest.empty()
                              ? "there are Workspace, Credential, ObjectType, Integration"
                              : fmt::format("did you mean {}?", closest)));
    return nullptr;
  }

  void Append(const ResourceKind& kind, const std::string& name, const YAML::Node& node,
              const std::string& path, const std::set<std::string>& handled_elsewhere,
              std::vector<Definition>& definitions) {
    Definition definition{&kind, name, NewMessage(*MessageOf(kind)), source_, path};
    if (!path.empty()) source_->Add(path, node.Mark().line + 1);
    reader_.Read(node, path, handled_elsewhere, *definition.message);
    const auto* field = definition.message->GetDescriptor()->FindFieldByName("name");
    definition.message->GetReflection()->SetString(definition.message.get(), field, name);
    definitions.push_back(std::move(definition));
  }

  void ReadParts(const std::string& integration, std::vector<Definition>& definitions) {
    if (const YAML::Node mapping = node_["mapping"]; mapping.IsDefined()) {
      Append(*KindOfMessage("Mapping"), integration + "/mapping", mapping, "mapping", {"name"},
             definitions);
    }
    const YAML::Node schedule = node_["schedule"];
    const YAML::Node schedules = node_["schedules"];
    if (schedule.IsDefined() && schedules.IsDefined()) {
      reader_.Complain(schedules, "schedules", "cannot stand beside schedule: choose one");
    } else if (schedule.IsDefined()) {
      Append(*KindOfMessage("Schedule"), integration + "/schedules/default", schedule, "schedule",
             {}, definitions);
    } else if (schedules.IsDefined() && !schedules.IsSequence()) {
      reader_.Complain(schedules, "schedules", "must be a list of schedules, each with a name");
    } else if (schedules.IsDefined()) {
      for (std::size_t i = 0; i < schedules.size(); ++i) {
        ReadSchedule(integration, schedules[i], fmt::format("schedules[{}]", i), definitions);
      }
    }
  }

  void ReadSchedule(const std::string& integration, const YAML::Node& node, const std::string& path,
                    std::vector<Definition>& definitions) {
    const YAML::Node id = node.IsMap() ? node["name"] : YAML::Node(YAML::NodeType::Undefined);
    if (!id.IsDefined() || !id.IsScalar() || id.Scalar().empty()) {
      reader_.Complain(node, path, "name is missing");
      return;
    }
    Append(*KindOfMessage("Schedule"), integration + "/schedules/" + id.Scalar(), node, path,
           {"name"}, definitions);
  }

  const YAML::Node node_;
  std::string workspace_;
  std::shared_ptr<SourceMap> source_;
  MessageReader reader_;
};

std::size_t Rank(const Definition& definition) {
  const auto& kinds = ResourceKinds();
  return static_cast<std::size_t>(std::find(kinds.begin(), kinds.end(), definition.kind) -
                                  kinds.begin());
}

}  // namespace

void ReadDefinitions(const DefinitionText& input, const std::string& workspace,
                     const SecretSource& secrets, std::vector<Definition>& definitions,
                     base::FieldViolations& violations) {
  if (input.text.size() > DefinitionText::bytes_max) {
    violations.Add(input.file, fmt::format("is larger than {} bytes", DefinitionText::bytes_max));
    return;
  }
  try {
    for (const YAML::Node& document : YAML::LoadAll(input.text)) {
      if (document.IsNull()) continue;  // what stands behind a last `---`
      DocumentReader(input.file, document, workspace, secrets, violations).Read(definitions);
    }
  } catch (const YAML::Exception& error) {
    violations.Add(fmt::format("{}:{}", input.file, error.mark.line + 1),
                   fmt::format("is not YAML: {}", error.msg));
  }
}

void OrderDefinitions(std::vector<Definition>& definitions, base::FieldViolations& violations) {
  std::map<std::string, const Definition*> seen;
  for (const Definition& definition : definitions) {
    const auto [first, added] = seen.emplace(definition.name, &definition);
    if (added) continue;
    violations.Add(definition.source->Label(definition.source_path),
                   fmt::format("{} is defined at {} already", ShortName(definition.name),
                               first->second->source->Place(first->second->source_path)));
  }
  std::stable_sort(definitions.begin(), definitions.end(),
                   [](const Definition& a, const Definition& b) { return Rank(a) < Rank(b); });
}

std::string LabelOf(const Definition& definition, std::string_view server_field) {
  // Paths begin at the resource, or at the field of the request that holds it.
  const std::string wrapper = FieldNameOf(*definition.kind);
  const std::string json_wrapper = wrapper == "object_type" ? "objectType" : wrapper;
  for (const std::string& prefix : {wrapper, json_wrapper}) {
    if (server_field == prefix) server_field = "";
    if (server_field.starts_with(prefix + ".")) server_field.remove_prefix(prefix.size() + 1);
  }
  std::string path = definition.source_path;
  if (!path.empty() && !server_field.empty()) path += ".";
  return definition.source->Label(path + std::string(server_field));
}

}  // namespace syncline::cli
