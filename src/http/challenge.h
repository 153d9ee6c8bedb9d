#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace syncline::http {

// One challenge of a WWW-Authenticate header (RFC 9110 11.3), e.g. Bearer with error and scope
// (RFC 6750 3).
struct Challenge {
  static constexpr std::size_t kCountMax = 16;    // challenges, and parameters of one
  std::string scheme;                             // lower case
  std::map<std::string, std::string> parameters;  // names in lower case, quotes undone
};

// The challenges of a header, in order; what cannot be read as one is passed over, for it is told
// to people only.
std::vector<Challenge> ParseChallenges(std::string_view header);

}  // namespace syncline::http
