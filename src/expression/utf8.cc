#include "expression/utf8.h"

#include <cstdint>

namespace syncline::expression {
namespace {

bool Within(char32_t c, char32_t first, char32_t last) { return c >= first && c <= last; }
bool IsOdd(char32_t c) { return (c & 1) != 0; }

// Latin Extended-A stores pairs, capital first: at even code points, in two stretches at odd ones.
bool IsEvenPair(char32_t c) {
  return Within(c, 0x100, 0x12F) || Within(c, 0x132, 0x137) || Within(c, 0x14A, 0x177) ||
         Within(c, 0x460, 0x481) || Within(c, 0x48A, 0x4BF) || Within(c, 0x4D0, 0x52F) ||
         Within(c, 0x1E00, 0x1E95) || Within(c, 0x1EA0, 0x1EFF);
}
bool IsOddPair(char32_t c) { return Within(c, 0x139, 0x148) || Within(c, 0x179, 0x17E); }

char32_t Lower(char32_t c) {
  if (Within(c, 'A', 'Z')) return c + 32;
  if (c < 0x80) return c;
  if (Within(c, 0xC0, 0xDE) && c != 0xD7) return c + 32;
  if (c == 0x178) return 0xFF;
  if (IsEvenPair(c)) return IsOdd(c) ? c : c + 1;
  if (IsOddPair(c)) return IsOdd(c) ? c + 1 : c;
  if (Within(c, 0x391, 0x3AB) && c != 0x3A2) return c + 32;
  if (Within(c, 0x410, 0x42F)) return c + 32;
  if (Within(c, 0x400, 0x40F)) return c + 80;
  return c;
}

char32_t Upper(char32_t c) {
  if (Within(c, 'a', 'z')) return c - 32;
  if (c < 0x80) return c;
  if (Within(c, 0xE0, 0xFE) && c != 0xF7) return c - 32;
  if (c == 0xFF) return 0x178;
  if (IsEvenPair(c)) return IsOdd(c) ? c - 1 : c;
  if (IsOddPair(c)) return IsOdd(c) ? c : c - 1;
  if (c == 0x3C2) return 0x3A3;  // the sigma at the end of a word
  if (Within(c, 0x3B1, 0x3CB)) return c - 32;
  if (Within(c, 0x430, 0x44F)) return c - 32;
  if (Within(c, 0x450, 0x45F)) return c - 80;
  return c;
}

// The letters above take two bytes in both cases, or three in both; others are copied as they are.
std::string Transform(std::string_view text, char32_t (*change)(char32_t)) {
  std::string out(text);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto byte = static_cast<unsigned char>(out[i]);
    const auto bits = [&](std::size_t at) { return static_cast<char32_t>(out[at] & 0x3F); };
    const auto tail = [](char32_t c) { return static_cast<char>(0x80 | (c & 0x3F)); };
    if (byte < 0x80) {
      out[i] = static_cast<char>(change(byte));
    } else if (byte >= 0xC2 && byte < 0xE0) {
      const char32_t changed = change((static_cast<char32_t>(byte & 0x1F) << 6) | bits(i + 1));
      out[i] = static_cast<char>(0xC0 | (changed >> 6));
      out[++i] = tail(changed);
    } else if (byte >= 0xE0 && byte < 0xF0) {
      const char32_t changed =
          change((static_cast<char32_t>(byte & 0x0F) << 12) | (bits(i + 1) << 6) | bits(i + 2));
      out[i] = static_cast<char>(0xE0 | (changed >> 12));
      out[++i] = tail(changed >> 6);
      out[++i] = tail(changed);
    }
  }
  return out;
}

}  // namespace

std::string ToLower(std::string_view text) { return Transform(text, Lower); }
std::string ToUpper(std::string_view text) { return Transform(text, Upper); }

}  // namespace syncline::expression
