#include "request/vars.h"

#include <fmt/format.h>

#include <algorithm>

namespace syncline::request {

bool IsVarName(std::string_view name) {
  return !name.empty() && name.size() <= kNameBytesMax && name[0] >= 'a' && name[0] <= 'z' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

Vars Sorted(const google::protobuf::Map<std::string, std::string>& map) {
  return {map.begin(), map.end()};
}

void CheckCount(std::size_t count, std::size_t most, std::string_view field,
                base::FieldViolations* violations) {
  if (count <= most) return;
  violations->Add(std::string(field),
                  fmt::format("has {} entries; at most {} are allowed", count, most));
}

void CheckVars(const Vars& vars, base::FieldViolations* violations) {
  CheckCount(vars.size(), kPartsMax, "vars", violations);
  for (const auto& [name, text] : vars) {
    if (!IsVarName(name)) violations->Add("vars." + name, "must be named by [a-z][a-z0-9_]*");
    if (text.size() > kVarBytesMax) {
      violations->Add("vars." + name, fmt::format("is longer than {} bytes", kVarBytesMax));
    }
  }
}

}  // namespace syncline::request
