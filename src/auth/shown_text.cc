#include "auth/shown_text.h"

#include <string_view>
#include <utility>

#include "json/document.h"

namespace syncline::auth {
namespace {

// `kept`: control characters that stay.
std::string Shown(std::string text, std::size_t bytes_max, std::string_view kept) {
  if (text.size() > bytes_max) {
    std::size_t end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text.resize(end);
  }
  const bool is_utf8 = json::IsValidUtf8(text);
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_control = byte < 0x20 || byte == 0x7F;
    if (is_control && kept.find(c) == std::string_view::npos) c = ' ';
    if (byte >= 0x80 && !is_utf8) c = '?';
  }
  return text;
}

}  // namespace

std::string ShownText(std::string text, std::size_t bytes_max) {
  return Shown(std::move(text), bytes_max, {});
}

std::string ShownLines(std::string text, std::size_t bytes_max) {
  return Shown(std::move(text), bytes_max, "\n\t");
}

}  // namespace syncline::auth
