#include "json/unescape.h"

namespace syncline::json {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

// The four hexadecimal digits at the front; -1 when they are not.
std::int32_t FourHexDigits(std::string_view text) {
  if (text.size() < 4) return -1;
  std::int32_t value = 0;
  for (const char c : text.substr(0, 4)) {
    std::int32_t digit = 0;
    if (c >= '0' && c <= '9') {
      digit = c - '0';
    } else if (c >= 'a' && c <= 'f') {
      digit = c - 'a' + 10;
    } else if (c >= 'A' && c <= 'F') {
      digit = c - 'A' + 10;
    } else {
      return -1;
    }
    value = value * 16 + digit;
  }
  return value;
}

bool IsHighSurrogate(std::int32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool IsLowSurrogate(std::int32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

// The characters that \u and what follows stand for; `rest` begins after the "\u". Returns how many
// bytes of `rest` were used, 0 when they are wrong.
std::size_t AppendUnicodeEscape(std::string_view rest, std::string* out) {
  const std::int32_t unit = FourHexDigits(rest);
  if (unit < 0) return 0;
  if (IsHighSurrogate(unit) && rest.substr(4, 2) == "\\u") {
    const std::int32_t low = FourHexDigits(rest.substr(6));
    if (IsLowSurrogate(low)) {
      AppendUtf8(0x10000 + (static_cast<char32_t>(unit - 0xD800) << 10) +
                     static_cast<char32_t>(low - 0xDC00),
                 out);
      return 10;
    }
  }
  const bool alone = IsHighSurrogate(unit) || IsLowSurrogate(unit);
  AppendUtf8(alone ? kReplacement : static_cast<char32_t>(unit), out);
  return 4;
}

// The character a one-letter escape stands for; NUL for an unknown one.
char SimpleEscape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/': return c;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return '\0';
  }
}

}  // namespace

void AppendUtf8(char32_t code_point, std::string* out) {
  const auto tail = [](char32_t bits) { return static_cast<char>(0x80 | (bits & 0x3F)); };
  if (code_point < 0x80) {
    out->push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    out->push_back(static_cast<char>(0xC0 | (code_point >> 6)));
    out->push_back(tail(code_point));
  } else if (code_point < 0x10000) {
    out->push_back(static_cast<char>(0xE0 | (code_point >> 12)));
    out->push_back(tail(code_point >> 6));
    out->push_back(tail(code_point));
  } else {
    out->push_back(static_cast<char>(0xF0 | (code_point >> 18)));
    out->push_back(tail(code_point >> 12));
    out->push_back(tail(code_point >> 6));
    out->push_back(tail(code_point));
  }
}

std::size_t AppendUnescaped(std::string_view escaped, std::string* out) {
  std::size_t at = 0;
  while (at < escaped.size()) {
    const std::size_t backslash = escaped.find('\\', at);
    if (backslash == std::string_view::npos) break;
    out->append(escaped.substr(at, backslash - at));
    if (backslash + 1 >= escaped.size()) return backslash;
    const char c = escaped[backslash + 1];
    at = backslash + 2;
    if (c == 'u') {
      const std::size_t used = AppendUnicodeEscape(escaped.substr(at), out);
      if (used == 0) return backslash;
      at += used;
    } else {
      const char plain = SimpleEscape(c);
      if (plain == '\0') return backslash;
      out->push_back(plain);
    }
  }
  out->append(escaped.substr(at));
  return kNoError;
}

}  // namespace syncline::json
