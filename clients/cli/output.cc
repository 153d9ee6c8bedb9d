#include "cli/output.h"

#include <google/protobuf/util/json_util.h>
#include <yaml-cpp/yaml.h>

#include <set>

#include "cli/field_text.h"
#include "cli/resource_name.h"
#include "cli/table.h"
#include "fmt/format.h"
#include "syncline/v1/object.pb.h"

namespace syncline::cli {
namespace {

// "create_time" -> "CREATE TIME".
std::string Heading(std::string_view column) {
  std::string heading(column.substr(column.rfind('.') + 1));
  // "pagination.kind" is better headed by what it is a kind of.
  if (heading == "kind" && column != "kind") heading = column.substr(0, column.find('.'));
  for (char& c : heading) {
    c = c == '_' ? ' ' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return heading;
}

std::string JsonListText(const std::vector<MessagePointer>& messages) {
  std::string text = "[";
  for (const MessagePointer& message : messages) {
    text += (text.size() > 1 ? ",\n" : "\n") + JsonText(*message);
  }
  return text + "]\n";
}

bool NeedsQuotes(const std::string& text) {
  static const std::set<std::string> words{"",    "~",  "null", "true", "false",
                                           "yes", "no", "on",   "off"};
  std::string lower = text;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return words.contains(lower) || text.find_first_of("0123456789+-.") == 0;
}

void Emit(YAML::Emitter& emitter, const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Map:
      emitter << YAML::BeginMap;
      for (const auto& pair : node) {
        emitter << YAML::Key;
        Emit(emitter, pair.first);
        emitter << YAML::Value;
        Emit(emitter, pair.second);
      }
      emitter << YAML::EndMap;
      return;
    case YAML::NodeType::Sequence:
      emitter << YAML::BeginSeq;
      for (const auto& item : node) Emit(emitter, item);
      emitter << YAML::EndSeq;
      return;
    case YAML::NodeType::Scalar:
      // In JSON a text is quoted and everything else is not: its tag tells them apart.
      if (node.Tag() == "!" && NeedsQuotes(node.Scalar())) emitter << YAML::DoubleQuoted;
      emitter << node.Scalar();
      return;
    default: emitter << YAML::Null; return;
  }
}

std::string YamlText(const std::string& json) {
  YAML::Emitter emitter;
  // JSON is YAML; written again in block style, with quotes only where a text needs them.
  Emit(emitter, YAML::Load(json));
  return std::string(emitter.c_str()) + "\n";
}

}  // namespace

std::string JsonText(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) return "{}\n";
  return json;
}

std::string TableText(const std::vector<std::string_view>& columns,
                      const std::vector<MessagePointer>& messages) {
  std::vector<std::string> headings;
  headings.reserve(columns.size());
  for (const std::string_view column : columns) headings.push_back(Heading(column));
  Table table(headings);
  for (const MessagePointer& message : messages) {
    std::vector<std::string> cells;
    cells.reserve(columns.size());
    for (const std::string_view column : columns) cells.push_back(TextAt(*message, column));
    table.Add(std::move(cells));
  }
  return table.Text();
}

std::string ObjectTableText(const std::vector<MessagePointer>& objects) {
  std::set<std::string> fields;
  for (const MessagePointer& message : objects) {
    for (const auto& [name, value] : dynamic_cast<const v1::Object&>(*message).fields()) {
      fields.insert(name);
    }
  }
  std::vector<std::string> headings{"ID", "REVISION"};
  for (const std::string& field : fields) headings.push_back(Heading(field));
  Table table(headings);
  for (const MessagePointer& message : objects) {
    const auto& object = dynamic_cast<const v1::Object&>(*message);
    std::vector<std::string> cells{IdOf(object.name()), fmt::format("{}", object.revision())};
    for (const std::string& field : fields) {
      const auto found = object.fields().find(field);
      cells.push_back(found == object.fields().end() ? "" : FieldValueText(found->second));
    }
    table.Add(std::move(cells));
  }
  return table.Text();
}

std::string ListText(OutputFormat format, const std::vector<std::string_view>& columns,
                     const std::vector<MessagePointer>& messages) {
  if (format == OutputFormat::kTable) return TableText(columns, messages);
  const std::string json = JsonListText(messages);
  return format == OutputFormat::kJson ? json : YamlText(json);
}

std::string OneText(OutputFormat format, const std::vector<std::string_view>& columns,
                    const MessagePointer& message) {
  if (format == OutputFormat::kJson) return JsonText(*message);
  if (format == OutputFormat::kYaml) return YamlText(JsonText(*message));
  std::vector<MessagePointer> one;
  one.emplace_back(message->New())->CopyFrom(*message);
  return TableText(columns, one);
}

}  // namespace syncline::cli
