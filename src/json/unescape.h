#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace syncline::json {

inline constexpr std::size_t kNoError = static_cast<std::size_t>(-1);

// Appends the text that the inside of a JSON string stands for. Returns the offset of the first
// wrong escape, or kNoError. A surrogate without its other half becomes U+FFFD, as browsers and
// Python's "replace" do: a record is worth more than one broken character.
std::size_t AppendUnescaped(std::string_view escaped, std::string* out);

// Appends one code point as UTF-8. Precondition: a scalar value.
void AppendUtf8(char32_t code_point, std::string* out);

}  // namespace syncline::json
