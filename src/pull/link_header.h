#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace syncline::pull {

// Links of one answer that are looked at.
inline constexpr std::size_t kLinkCountMax = 64;

// Relation (lower case) and target of each link of a Link header (RFC 8288 3), in order; a relation
// that comes twice keeps its first target, and links without a relation are left out. What does not
// parse ends the reading: the links before it stand.
std::vector<std::pair<std::string, std::string>> ParseLinkHeader(std::string_view text);

}  // namespace syncline::pull
