#pragma once

#include <string>
#include <string_view>

namespace syncline::auth {

// RFC 4648 4, with padding.
std::string EncodeBase64(std::string_view bytes);

// `text`, or a remark in its place when it holds `secret` as it is, percent-encoded, in base64 or
// as the inside of a JSON string. An empty secret is in no text.
std::string ScrubSecret(std::string text, std::string_view secret);

}  // namespace syncline::auth
