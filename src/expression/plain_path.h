#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace syncline::expression {

// The member names of an expression that is nothing but a path of them, e.g. data."the items";
// "@" has none. nullopt for any other text.
std::optional<std::vector<std::string>> PlainPath(std::string_view text);

}  // namespace syncline::expression
