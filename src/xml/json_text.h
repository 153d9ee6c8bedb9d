#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "xml/document.h"

namespace syncline::xml {

// Limits of a page of records; an element may become two levels of JSON.
inline constexpr ParseLimits kPageLimits{.depth_max = 60, .bytes_max = std::size_t{16} << 20};

// The text as JSON: {"root": …}. An element is an object of its attributes ("@name") and its
// children; one that has text alone is that text, one that has nothing is null; text beside others
// is "#text". Several children of one name are a list in the place of the first. Names lose the
// prefixes of their name spaces, whose declarations are left out.
//
// `lists`: paths of element names from the root, joined by "/", that are lists however many there
// are: also a single one, and none as long as their parent is there. Without them a list of one
// could not be told from an object.
//
// BODY_INVALID with the metadata offset; RESPONSE_TOO_LARGE past a limit.
absl::StatusOr<std::string> ToJsonText(std::string_view text, const std::vector<std::string>& lists,
                                       const ParseLimits& limits = kPageLimits);

}  // namespace syncline::xml
