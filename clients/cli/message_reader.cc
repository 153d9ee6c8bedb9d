#include "cli/message_reader.h"

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/struct.pb.h>

#include "cli/closest.h"
#include "cli/duration_text.h"
#include "cli/output_only.h"
#include "cli/scalar_field.h"
#include "cli/yaml_value.h"
#include "fmt/format.h"
#include "syncline/v1/mapping.pb.h"
#include "syncline/v1/options.pb.h"

namespace syncline::cli {
namespace {

std::string Below(const std::string& path, const std::string& key) {
  return path.empty() ? key : path + "." + key;
}

bool IsSecret(const google::protobuf::FieldDescriptor& field) {
  return field.options().GetExtension(v1::secret);
}

const google::protobuf::FieldDescriptor* FindField(const google::protobuf::Descriptor& type,
                                                   const std::string& json_name) {
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->json_name() == json_name) return type.field(i);
  }
  return nullptr;
}

}  // namespace

void MessageReader::Complain(const YAML::Node& node, const std::string& path,
                             const std::string& text) {
  // The mark of a missing value is that of whatever follows it.
  const bool marked = !node.IsNull() && node.Mark().line >= 0;
  violations_.Add(marked ? source_.Label(path, node.Mark().line + 1) : source_.Label(path), text);
}

bool MessageReader::WithinBounds(const YAML::Node& node, const std::string& path, int depth) {
  if (value_count_++ == value_count_max) {
    Complain(node, path, fmt::format("a definition has at most {} values", value_count_max));
  }
  if (depth > depth_max) Complain(node, path, "is nested too deeply");
  return depth <= depth_max && value_count_ <= value_count_max;
}

void MessageReader::Read(const YAML::Node& node, const std::string& path,
                         const std::set<std::string>& handled_elsewhere, Message& message) {
  handled_elsewhere_ = handled_elsewhere;
  depth_ = 0;
  ReadMessage(node, path, message);
}

void MessageReader::ReadMessage(const YAML::Node& node, const std::string& path, Message& message) {
  if (!WithinBounds(node, path, depth_) || ReadSpecial(node, path, message)) return;
  const bool empty_type = message.GetDescriptor()->field_count() == 0;
  if (node.IsNull() && empty_type) return;  // `none:` is the whole of an empty message
  if (!node.IsMap()) {
    Complain(node, path, "must be a block of fields, \"name: value\"");
    return;
  }
  // Only the definition's own keys can be handled elsewhere, not those of a message inside it.
  const std::set<std::string> elsewhere = std::exchange(handled_elsewhere_, {});
  std::set<std::string> seen;
  ++depth_;
  for (const auto& pair : node) {
    const std::string key = pair.first.IsScalar() ? pair.first.Scalar() : "";
    if (elsewhere.contains(key)) continue;
    if (!seen.insert(key).second) {
      Complain(pair.first, Below(path, key), "is written twice");
    } else {
      ReadPair(pair.first, pair.second, path, message);
    }
  }
  --depth_;
}

bool MessageReader::ReadSpecial(const YAML::Node& node, const std::string& path, Message& message) {
  if (auto* mapping = dynamic_cast<v1::FieldMapping*>(&message); mapping && node.IsScalar()) {
    mapping->set_from(node.Scalar());
    return true;
  }
  if (auto* object = dynamic_cast<google::protobuf::Struct*>(&message)) {
    google::protobuf::Value value;
    ReadSpecial(node, path, value);
    if (value.has_struct_value()) {
      *object = std::move(*value.mutable_struct_value());
    } else {
      Complain(node, path, "must be a block of \"name: value\"");
    }
    return true;
  }
  if (auto* value = dynamic_cast<google::protobuf::Value*>(&message)) {
    const YamlReading reading{
        [this](const auto& at, const auto& below, const auto& text) { Complain(at, below, text); },
        [this](const auto& at, const auto& below, int depth) {
          return WithinBounds(at, below, depth);
        }};
    ReadYamlValue(node, path, depth_, reading, *value);
    return true;
  }
  auto* duration = dynamic_cast<google::protobuf::Duration*>(&message);
  if (duration == nullptr) return false;
  const auto parsed = node.IsScalar() ? ParseDuration(node.Scalar()) : std::nullopt;
  if (!parsed.has_value()) {
    Complain(node, path, "must be a duration with its unit, such as 30s, 5m, 1h30m or 2d");
    return true;
  }
  duration->set_seconds(std::chrono::floor<std::chrono::seconds>(*parsed).count());
  duration->set_nanos(static_cast<int>((*parsed % std::chrono::seconds(1)).count()));
  return true;
}

void MessageReader::ReadPair(const YAML::Node& key, const YAML::Node& node, const std::string& path,
                             Message& message) {
  if (!key.IsScalar()) {
    Complain(key, path, "a field name must be text");
    return;
  }
  const std::string below = Below(path, key.Scalar());
  source_.Add(below, key.Mark().line + 1);
  const Field* field = FindField(*message.GetDescriptor(), key.Scalar());
  if (field == nullptr) {
    ComplainOfUnknown(key, below, message);
    return;
  }
  if (IsOutputOnly(*field)) {
    Complain(key, below, "is set by the server; leave it out");
    return;
  }
  const google::protobuf::OneofDescriptor* oneof = field->real_containing_oneof();
  if (oneof != nullptr && message.GetReflection()->HasOneof(message, oneof)) {
    const Field* other = message.GetReflection()->GetOneofFieldDescriptor(message, oneof);
    Complain(key, below, fmt::format("cannot stand beside {}: choose one", other->json_name()));
    return;
  }
  ReadField(node, below, *field, message);
}

void MessageReader::ComplainOfUnknown(const YAML::Node& key, const std::string& path,
                                      const Message& message) {
  std::vector<std::string> names;
  std::string list;
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const Field* field = message.GetDescriptor()->field(i);
    if (IsOutputOnly(*field)) continue;
    names.push_back(field->json_name());
    list += (list.empty() ? "" : ", ") + field->json_name();
  }
  const std::string closest = Closest(key.Scalar(), names);
  Complain(key, path,
           closest.empty() ? fmt::format("unknown field; there are {}", list)
                           : fmt::format("unknown field; did you mean \"{}\"?", closest));
}

void MessageReader::ReadField(const YAML::Node& node, const std::string& path, const Field& field,
                              Message& message) {
  if (field.is_map()) {
    ReadMap(node, path, field, message);
  } else if (field.is_repeated()) {
    ReadList(node, path, field, message);
  } else {
    ReadOne(node, path, field, message);
  }
}

void MessageReader::ReadMap(const YAML::Node& node, const std::string& path, const Field& field,
                            Message& message) {
  if (!node.IsMap()) {
    Complain(node, path, "must be a block of \"name: value\"");
    return;
  }
  std::set<std::string> seen;
  for (const auto& pair : node) {
    const std::string key = pair.first.IsScalar() ? pair.first.Scalar() : "";
    const std::string below = Below(path, key);
    source_.Add(below, pair.first.Mark().line + 1);
    if (!pair.first.IsScalar() || !seen.insert(key).second) {
      Complain(pair.first, below, pair.first.IsScalar() ? "is written twice" : "must be text");
      continue;
    }
    Message& entry = *message.GetReflection()->AddMessage(&message, &field);
    ReadOne(pair.first, below, *field.message_type()->map_key(), entry);
    const Field& value = *field.message_type()->map_value();
    if (IsSecret(field)) {
      ReadSecret(pair.second, below, value, entry);
    } else {
      ReadOne(pair.second, below, value, entry);
    }
  }
}

void MessageReader::ReadList(const YAML::Node& node, const std::string& path, const Field& field,
                             Message& message) {
  if (!node.IsSequence()) {
    Complain(node, path, "must be a list, such as [first, second]");
    return;
  }
  for (std::size_t i = 0; i < node.size(); ++i) {
    const std::string below = fmt::format("{}[{}]", path, i);
    const YAML::Node item = node[i];
    source_.Add(below, item.Mark().line + 1);
    ReadOne(item, below, field, message);
  }
}

void MessageReader::ReadOne(const YAML::Node& node, const std::string& path, const Field& field,
                            Message& message) {
  if (IsSecret(field)) {
    ReadSecret(node, path, field, message);
  } else if (field.cpp_type() == Field::CPPTYPE_MESSAGE) {
    const auto* reflection = message.GetReflection();
    ReadMessage(node, path,
                field.is_repeated() ? *reflection->AddMessage(&message, &field)
                                    : *reflection->MutableMessage(&message, &field));
  } else {
    ReadScalar(node, path, field, message);
  }
}

void MessageReader::ReadScalar(const YAML::Node& node, const std::string& path, const Field& field,
                               Message& message) {
  if (!WithinBounds(node, path, depth_)) return;
  if (!node.IsScalar()) {
    Complain(node, path,
             node.IsNull() ? "has no value; write one or leave the field out"
                           : "must be a single value");
    return;
  }
  const std::string mistake = SetScalarField(node.Scalar(), field, message);
  if (!mistake.empty()) Complain(node, path, mistake);
}

void MessageReader::ReadSecret(const YAML::Node& node, const std::string& path, const Field& field,
                               Message& message) {
  const bool one_pair = node.IsMap() && node.size() == 1 && node.begin()->first.IsScalar() &&
                        node.begin()->second.IsScalar();
  const std::string source = one_pair ? node.begin()->first.Scalar() : "";
  if (source != "fromEnv" && source != "fromFile") {
    // The value is not repeated: it may be the secret itself.
    Complain(node, path,
             "a secret must not stand in the file, where it would be read and copied; "
             "write {fromEnv: NAME} or {fromFile: PATH}");
    return;
  }
  const std::string argument = node.begin()->second.Scalar();
  const absl::StatusOr<std::string> secret =
      source == "fromEnv" ? secrets_.FromEnvironment(argument) : secrets_.FromFile(argument);
  const std::string mistake =
      secret.ok() ? SetScalarField(*secret, field, message) : base::MessageOf(secret.status());
  if (!mistake.empty()) Complain(node, path, mistake);
}

}  // namespace syncline::cli
