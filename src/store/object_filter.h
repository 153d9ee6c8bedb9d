#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace syncline::store {

// One comparison of a filter: the field equals the value, given as text.
struct FilterTerm {
  std::string field;
  std::string value;
  friend bool operator==(const FilterTerm&, const FilterTerm&) = default;
};

// The part of google.aip.dev/160 that is offered: `field = value` joined by AND. A value is a
// string in double quotes (\" and \\ inside), or a word without spaces, such as a number or true.
// An empty filter has no terms. INVALID_ARGUMENT for the field "filter" says where it went wrong.
inline constexpr std::size_t kFilterBytesMax = 8192;
inline constexpr std::size_t kFilterTermsMax = 32;
absl::StatusOr<std::vector<FilterTerm>> ParseFilter(std::string_view text);

}  // namespace syncline::store
