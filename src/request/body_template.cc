#include "request/body_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "base/status.h"
#include "json/document.h"
#include "request/text_templates.h"

namespace syncline::request {
namespace {

constexpr double kExactIntegerMax = 9007199254740992.0;  // 2^53

// Whole numbers without exponent or fraction, others in their shortest form.
std::string NumberText(double number) {
  const bool whole = number == std::floor(number) && std::abs(number) <= kExactIntegerMax;
  return whole ? fmt::format("{:.0f}", number) : fmt::format("{}", number);
}

}  // namespace

// Walks the body once; recursion is bounded by kDepthMax.
class BodyCompiler {
 public:
  explicit BodyCompiler(bool omit_empty) : omit_empty_(omit_empty) {}

  absl::StatusOr<BodyTemplate> Compile(const google::protobuf::Value& body) {
    Append(body, "", 0);
    SYNCLINE_RETURN_IF_ERROR(violations_.ToStatus());
    body_.pieces_.push_back({std::move(json_), "", std::nullopt});
    return std::move(body_);
  }

 private:
  using Value = google::protobuf::Value;

  void Append(const Value& value, const std::string& path, int depth) {
    if (depth > BodyTemplate::kDepthMax) {
      return violations_.Add(path, fmt::format("nests deeper than {}", BodyTemplate::kDepthMax));
    }
    switch (value.kind_case()) {
      case Value::kStructValue: return AppendObject(value.struct_value(), path, depth);
      case Value::kListValue: return AppendList(value.list_value(), path, depth);
      case Value::kStringValue: return AppendString(value.string_value(), path);
      case Value::kBoolValue: json_ += value.bool_value() ? "true" : "false"; return;
      case Value::kNumberValue:
        if (!std::isfinite(value.number_value())) return violations_.Add(path, "is no JSON number");
        json_ += NumberText(value.number_value());
        return;
      case Value::kNullValue:
      case Value::KIND_NOT_SET: json_ += "null"; return;
    }
  }

  void AppendObject(const google::protobuf::Struct& object, const std::string& path, int depth) {
    // Sorted: the map of the message has no order, and the same definition must send the same
    // bytes.
    std::map<std::string, const Value*> members;
    for (const auto& [key, value] : object.fields()) members.emplace(key, &value);
    json_ += "{";
    bool first = true;
    std::map<std::string, const Value*> may_be_left_out;
    for (const auto& [key, value] : members) {
      if (MayBeLeftOut(*value)) {
        may_be_left_out.emplace(key, value);
        continue;
      }
      if (!std::exchange(first, false)) json_ += ",";
      json::AppendJsonString(key, &json_);
      json_ += ":";
      Append(*value, Below(path, key), depth + 1);
    }
    // Last, so that only they have to look whether a comma is needed.
    for (const auto& [key, value] : may_be_left_out) {
      AppendString(value->string_value(), Below(path, key));
      std::string& text = body_.pieces_.back().key;
      json::AppendJsonString(key, &text);
      text += ":";
    }
    json_ += "}";
  }

  bool MayBeLeftOut(const Value& value) const {
    if (!omit_empty_ || value.kind_case() != Value::kStringValue) return false;
    const auto compiled = expression::Template::Compile(value.string_value());
    return compiled.ok() && !compiled->is_constant();
  }

  static std::string Below(const std::string& path, const std::string& key) {
    return path.empty() ? key : fmt::format("{}.{}", path, key);
  }

  void AppendList(const google::protobuf::ListValue& list, const std::string& path, int depth) {
    json_ += "[";
    for (int i = 0; i < list.values_size(); ++i) {
      if (i > 0) json_ += ",";
      Append(list.values(i), fmt::format("{}[{}]", path, i), depth + 1);
    }
    json_ += "]";
  }

  void AppendString(const std::string& text, const std::string& path) {
    auto compiled = expression::Template::Compile(text);
    if (!compiled.ok()) return violations_.Add(path, base::MessageOf(compiled.status()));
    body_.pieces_.push_back({std::exchange(json_, {}), "", *std::move(compiled)});
  }

  const bool omit_empty_;
  BodyTemplate body_;
  std::string json_;
  base::FieldViolations violations_;
};

absl::StatusOr<BodyTemplate> BodyTemplate::Compile(const google::protobuf::Value& body,
                                                   bool omit_empty) {
  return BodyCompiler(omit_empty).Compile(body);
}

absl::Status BodyTemplate::RenderValue(const Piece& piece, const expression::Value& scope,
                                       expression::Evaluation& evaluation, std::string* out) {
  const absl::StatusOr<expression::Value> value =
      piece.expression->Evaluate(scope, evaluation, expression::Template::Null::kFails);
  const bool may_be_left_out = !piece.key.empty();
  if (may_be_left_out && IsMissing(value.status())) return absl::OkStatus();
  SYNCLINE_RETURN_IF_ERROR(value.status());
  if (may_be_left_out) {
    if (value->kind() == json::Kind::kString && value->text().empty()) return absl::OkStatus();
    if (!out->ends_with('{')) *out += ",";
    *out += piece.key;
  }
  expression::AppendJson(*value, out);
  return absl::OkStatus();
}

absl::StatusOr<std::string> BodyTemplate::Render(const expression::Value& scope,
                                                 expression::Evaluation& evaluation) const {
  std::string out;
  for (const Piece& piece : pieces_) {
    out += piece.json;
    if (piece.expression.has_value()) {
      SYNCLINE_RETURN_IF_ERROR(RenderValue(piece, scope, evaluation, &out));
    }
    if (out.size() > kBytesMax) {
      return base::Error(base::Reason::kExpressionTooCostly,
                         fmt::format("The request body is larger than {} bytes.", kBytesMax));
    }
  }
  return out;
}

bool BodyTemplate::Mentions(std::string_view name) const {
  return std::ranges::any_of(pieces_, [name](const Piece& piece) {
    if (!piece.expression.has_value()) return false;
    const std::vector<std::string> roots = piece.expression->RootNames();
    return std::ranges::find(roots, name) != roots.end();
  });
}

std::vector<std::string> BodyTemplate::RootPaths() const {
  std::vector<std::string> names;
  for (const Piece& piece : pieces_) {
    if (!piece.expression.has_value()) continue;
    for (std::string& name : piece.expression->RootPaths()) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace syncline::request
