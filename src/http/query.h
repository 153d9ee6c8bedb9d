#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace syncline::http {

// The parameters of a query, in order and decoded as a form is: escapes undone, "+" a space. Parts
// that are empty are left out; one without "=" has an empty value. Pure, safe for concurrent use.
std::vector<std::pair<std::string, std::string>> ParseQuery(std::string_view query);

}  // namespace syncline::http
