#include "auth/scrub.h"

#include <cstdint>

#include "http/message.h"

namespace syncline::auth {
namespace {

constexpr std::string_view kWithheld = "[withheld: it repeats the secret of the credential]";

// Quotes, backslashes and slashes as JSON writers escape them.
std::string EscapeJson(std::string_view text, bool with_slashes) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\' || (c == '/' && with_slashes)) out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

}  // namespace

std::string EncodeBase64(std::string_view bytes) {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out.push_back(i + k <= bytes.size() ? kAlphabet[group >> (18 - 6 * k) & 63] : '=');
    }
  }
  return out;
}

std::string ScrubSecret(std::string text, std::string_view secret) {
  if (secret.empty()) return text;
  for (const std::string& form :
       {std::string(secret), http::PercentEncode(secret), EncodeBase64(secret),
        EscapeJson(secret, false), EscapeJson(secret, true)}) {
    if (text.find(form) != std::string::npos) return std::string(kWithheld);
  }
  return text;
}

}  // namespace syncline::auth
