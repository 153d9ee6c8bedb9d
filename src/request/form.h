#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace syncline::request {

// One text as application/x-www-form-urlencoded writes it (WHATWG URL 5.2): a space becomes "+".
std::string EncodeFormText(std::string_view text);

// "a=1&b=x+y", in the order given.
std::string EncodeForm(const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace syncline::request
