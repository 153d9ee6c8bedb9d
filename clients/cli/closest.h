#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace syncline::cli {

// The candidate most like `word`, for "did you mean"; empty when none is near. Letter case and
// underscores do not count, so that `object_type` finds `objectType`.
std::string Closest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace syncline::cli
