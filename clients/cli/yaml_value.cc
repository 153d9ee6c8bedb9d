#include "cli/yaml_value.h"

#include <charconv>
#include <cmath>

#include "fmt/format.h"

namespace syncline::cli {
namespace {

// From here on (2^53) neighbouring integers share a double.
constexpr double kExactIntegerEnd = 9'007'199'254'740'992.0;

bool IsPlain(const YAML::Node& node) { return node.Tag() == "?" || node.Tag().empty(); }

bool LooksLikeNumber(const std::string& text) {
  const std::size_t first = text.find_first_not_of("+-");
  if (first > 1) return false;  // also when there is nothing but signs
  if (text.find_first_not_of("0123456789.eE+-", first) != std::string::npos) return false;
  const bool leading_zero = text[first] == '0' && first + 1 < text.size() &&
                            text[first + 1] >= '0' && text[first + 1] <= '9';
  return text[first] >= '0' && text[first] <= '9' && !leading_zero;
}

void ReadScalar(const YAML::Node& node, const std::string& path, const YamlReading& reading,
                google::protobuf::Value& value) {
  const std::string& text = node.Scalar();
  value.set_string_value(text);
  if (!IsPlain(node)) return;
  if (text == "true" || text == "false") {
    value.set_bool_value(text == "true");
    return;
  }
  if (!LooksLikeNumber(text)) return;
  const char* begin = text.data() + (text[0] == '+' ? 1 : 0);
  double number = 0;
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), number);
  if (end != text.data() + text.size()) return;  // 1.2.3 is text
  const bool integer = text.find_first_of(".eE") == std::string::npos;
  if (error != std::errc() || !std::isfinite(number) ||
      (integer && std::fabs(number) >= kExactIntegerEnd)) {
    reading.complain(node, path,
                     fmt::format("the number {} loses digits; write it in quotes", text));
    return;
  }
  value.set_number_value(number);
}

}  // namespace

void ReadYamlValue(const YAML::Node& node, const std::string& path, int depth,
                   const YamlReading& reading, google::protobuf::Value& value) {
  if (!reading.admit(node, path, depth)) return;
  switch (node.Type()) {
    case YAML::NodeType::Undefined:
    case YAML::NodeType::Null: value.set_null_value(google::protobuf::NULL_VALUE); return;
    case YAML::NodeType::Scalar: ReadScalar(node, path, reading, value); return;
    case YAML::NodeType::Sequence: {
      auto& list = *value.mutable_list_value();
      for (std::size_t i = 0; i < node.size(); ++i) {
        ReadYamlValue(node[i], fmt::format("{}[{}]", path, i), depth + 1, reading,
                      *list.add_values());
      }
      return;
    }
    case YAML::NodeType::Map: break;
  }
  auto& fields = *value.mutable_struct_value()->mutable_fields();
  for (const auto& pair : node) {
    const std::string key = pair.first.IsScalar() ? pair.first.Scalar() : "";
    const std::string below = path.empty() ? key : fmt::format("{}.{}", path, key);
    if (!pair.first.IsScalar()) {
      reading.complain(pair.first, path, "a key must be text");
    } else if (fields.contains(key)) {
      reading.complain(pair.first, below, "is written twice");
    } else {
      ReadYamlValue(pair.second, below, depth + 1, reading, fields[key]);
    }
  }
}

}  // namespace syncline::cli
