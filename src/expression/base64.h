#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace syncline::expression {

// RFC 4648 section 4, with padding.
std::string EncodeBase64(std::string_view bytes);

// Takes both alphabets (sections 4 and 5), with or without padding. Nullopt when it is neither.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace syncline::expression
