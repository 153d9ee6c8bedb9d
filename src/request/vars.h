#pragma once

#include <google/protobuf/map.h>

#include <map>
#include <string>
#include <string_view>

#include "base/status.h"

namespace syncline::request {

// What a definition names itself: constants, captured values, secrets, alternatives. Pure
// functions, safe for concurrent use.
inline constexpr std::size_t kPartsMax = 64;  // vars, query parameters, headers, form fields
inline constexpr std::size_t kNameBytesMax = 255;
inline constexpr std::size_t kVarBytesMax = 8192;

// Whether `name` matches `[a-z][a-z0-9_]*` and has at most kNameBytesMax bytes.
bool IsVarName(std::string_view name);

// Sorted: the map of a message has no order, and requests should look the same every time.
using Vars = std::map<std::string, std::string>;
Vars Sorted(const google::protobuf::Map<std::string, std::string>& map);

// Adds what is wrong with the constants of a definition, as "vars.region".
void CheckVars(const Vars& vars, base::FieldViolations* violations);

// Adds a violation of `field` when it has more than `most` entries.
void CheckCount(std::size_t count, std::size_t most, std::string_view field,
                base::FieldViolations* violations);

}  // namespace syncline::request
