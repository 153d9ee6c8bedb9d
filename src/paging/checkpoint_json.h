#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "json/document.h"

// Reading members of the checkpoints that this folder writes.
namespace syncline::paging {

inline bool ReadText(json::Node object, std::string_view key, std::string* value) {
  json::Node node;
  if (!object.Find(key, &node) || node.kind() != json::Kind::kString) return false;
  *value = node.text();
  return true;
}

// A count: never negative.
inline bool ReadCount(json::Node object, std::string_view key, std::int64_t* value) {
  json::Node node;
  if (!object.Find(key, &node) || node.kind() != json::Kind::kNumber) return false;
  const std::string_view text = node.text();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  return error == std::errc() && end == text.data() + text.size() && *value >= 0;
}

}  // namespace syncline::paging
