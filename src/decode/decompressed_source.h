#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "decode/byte_source.h"

namespace syncline::decode {

// What a compressed body may cost (I7).
struct DecompressLimits {
  std::size_t compressed_bytes_max = std::size_t{64} << 20;
  std::size_t plain_bytes_max = std::size_t{64} << 20;
  std::size_t ratio_max = 200;  // plain : compressed, past `ratio_free_bytes` of plain
  std::size_t ratio_free_bytes = std::size_t{1} << 20;
};

// Compressions inside each other that are undone, e.g. a .gz file in a zip archive.
inline constexpr int kCompressionLayersMax = 2;

// The plain bytes of a body, whatever its headers say: gzip (all of its members), zlib, and of a
// zip archive the first file. A byte order mark in front of a text is left out. Memory: a few
// pieces of 64 KiB, however long the body. Reading fails with RESPONSE_TOO_LARGE past a limit,
// BODY_INVALID where the compression is broken or nests deeper, and as `body` does.
std::unique_ptr<ByteSource> Decompress(std::unique_ptr<ByteSource> body,
                                       const DecompressLimits& limits);

// The same of a whole body, without a copy of one that is not compressed.
absl::StatusOr<std::string> DecompressText(std::string body, const DecompressLimits& limits);

}  // namespace syncline::decode
