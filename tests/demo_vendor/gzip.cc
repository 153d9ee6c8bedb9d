#include "tests/demo_vendor/gzip.h"

#include <zlib.h>

namespace syncline::demo_vendor {
namespace {

// Deflates `text` with the given window format and flush mode.
std::string Deflate(std::string_view text, int window_bits, int flush) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, flush);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

void AppendLittleEndian(std::string& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift);
}

}  // namespace

std::string Gzip(std::string_view text) { return Deflate(text, 15 + 16, Z_FINISH); }

std::string GzipBomb(std::int64_t mebibytes) {
  // A fully flushed block stands on byte boundaries and looks at nothing before it, so that it may
  // be repeated; the last block is empty.
  const std::string chunk(1 << 20, ' ');
  const std::string block = Deflate(chunk, -15, Z_FULL_FLUSH);
  const uLong chunk_crc = crc32(0, reinterpret_cast<const Bytef*>(chunk.data()), 1 << 20);
  std::string out("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
  uLong crc = 0;
  for (std::int64_t i = 0; i < mebibytes; ++i) {
    out += block;
    crc = crc32_combine(crc, chunk_crc, 1 << 20);
  }
  out += std::string_view("\x03\0", 2);
  AppendLittleEndian(out, static_cast<std::uint32_t>(crc));
  AppendLittleEndian(out, static_cast<std::uint32_t>(mebibytes << 20));
  return out;
}

}  // namespace syncline::demo_vendor
