#include "decode/compression.h"

#include <algorithm>

#include "json/document.h"

namespace syncline::decode {
namespace {

constexpr std::size_t kCharacterBytesMax = 4;

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// The head may end inside a character.
std::string_view WithoutCutCharacter(std::string_view head) {
  std::size_t end = head.size();
  while (end > 0 && head.size() - end < kCharacterBytesMax && IsContinuation(head[end - 1])) --end;
  if (end > 0 && static_cast<unsigned char>(head[end - 1]) >= 0xC0U) --end;
  return head.substr(0, end);
}

bool IsText(std::string_view head) {
  const auto is_control = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
  };
  return std::ranges::none_of(head, is_control) && json::IsValidUtf8(WithoutCutCharacter(head));
}

// RFC 1950: deflate, no dictionary, and a check over the two bytes. "x^" is such a pair, so that
// what follows must not look like a text.
bool IsZlib(std::string_view head) {
  if (head.size() < 2) return false;
  const auto method = static_cast<unsigned char>(head[0]);
  const auto flags = static_cast<unsigned char>(head[1]);
  const bool fits = (method & 0x0FU) == 8 && (method >> 4U) <= 7 && (flags & 0x20U) == 0 &&
                    (method * 256U + flags) % 31 == 0;
  return fits && !IsText(head);
}

}  // namespace

Compression FindCompression(std::string_view head) {
  head = head.substr(0, kCompressionHeadBytes);
  if (head.starts_with("\x1F\x8B\x08")) return Compression::kGzip;
  if (head.starts_with("PK\x03\x04")) return Compression::kZip;
  return IsZlib(head) ? Compression::kZlib : Compression::kNone;
}

}  // namespace syncline::decode
