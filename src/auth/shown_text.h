#pragma once

#include <string>

namespace syncline::auth {

// Bytes of the vendor's own words that an error carries as metadata, and in its message.
inline constexpr std::size_t kShownBytesMax = 2048;
inline constexpr std::size_t kMessageBytesMax = 200;

// The beginning of a vendor's text, cut between characters, printable and in UTF-8. The text must
// be scrubbed already: a cut could leave half a secret.
std::string ShownText(std::string text, std::size_t bytes_max = kShownBytesMax);
// The same of a text whose lines and tabs say something.
std::string ShownLines(std::string text, std::size_t bytes_max);

}  // namespace syncline::auth
