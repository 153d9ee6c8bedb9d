#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace syncline::decode {

enum class Compression : std::uint8_t { kNone, kGzip, kZlib, kZip };

// Bytes of the beginning that tell how a body is compressed; fewer only when the body has no more.
inline constexpr std::size_t kCompressionHeadBytes = 512;

// By the content alone: vendors serve files under headers that say nothing of it, or twice
// compressed under a header that says once. A text is never taken for compressed.
Compression FindCompression(std::string_view head);

}  // namespace syncline::decode
