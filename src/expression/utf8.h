#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace syncline::expression {

// Text is counted in code points, as JMESPath's length() does; all text here is valid UTF-8.

inline bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

inline std::size_t CountCodePoints(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += IsContinuation(c) ? 0 : 1;
  return count;
}

// Byte offset of the code point `index`; the size of the text when it has fewer.
inline std::size_t OffsetOf(std::string_view text, std::size_t index) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (!IsContinuation(text[at]) && index-- == 0) return at;
    ++at;
  }
  return at;
}

// Letters of the Latin, Greek and Cyrillic alphabets in the other case, by the simple mappings of
// Unicode; what has none stays.
std::string ToLower(std::string_view text);
std::string ToUpper(std::string_view text);

}  // namespace syncline::expression
