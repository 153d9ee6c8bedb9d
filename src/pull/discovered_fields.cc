#include "pull/discovered_fields.h"

#include <algorithm>

#include "auth/shown_text.h"
#include "json/document.h"

namespace syncline::pull {
namespace {

using expression::Value;

std::string TypeName(json::Kind kind) {
  switch (kind) {
    case json::Kind::kNull: return "null";
    case json::Kind::kFalse:
    case json::Kind::kTrue: return "boolean";
    case json::Kind::kNumber: return "number";
    case json::Kind::kString: return "string";
    case json::Kind::kArray: return "array";
    case json::Kind::kObject: return "object";
  }
  return "null";
}

// A JMESPath identifier: letters, digits and underscores as they are, others in quotes.
std::string Identifier(std::string_view key) {
  const auto is_letter = [](char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  const auto is_plain = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
  if (!key.empty() && is_letter(key[0]) && std::ranges::all_of(key, is_plain)) {
    return std::string(key);
  }
  std::string quoted;
  json::AppendJsonString(key, &quoted);
  return quoted;
}

}  // namespace

void DiscoveredFields::Add(const Value& record) { AddAt("", record, 0); }

void DiscoveredFields::AddAt(const std::string& path, const Value& value, int depth) {
  if (!path.empty()) {
    const bool is_known = fields_.contains(path);
    if (!is_known && fields_.size() == kFieldsMax) return;
    DiscoveredField& field = fields_[path];
    field.types.insert(TypeName(value.kind()));
    if (!value.is_null()) {
      ++field.record_count;
      if (field.samples.size() < kSamplesMax) {
        std::string sample = auth::ShownText(expression::ToJson(value), kSampleBytesMax);
        if (std::ranges::find(field.samples, sample) == field.samples.end()) {
          field.samples.push_back(std::move(sample));
        }
      }
    }
  }
  if (depth == kDepthMax) return;
  value.ForEachMember([&](std::string_view key, const Value& member) {
    AddAt(path.empty() ? Identifier(key) : path + "." + Identifier(key), member, depth + 1);
  });
  if (!path.empty() && value.kind() == json::Kind::kArray && value.size() > 0) {
    const Value first = value.ElementAt(0);
    if (first.kind() == json::Kind::kObject) AddAt(path + "[0]", first, depth + 1);
  }
}

}  // namespace syncline::pull
