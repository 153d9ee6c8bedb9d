#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "decode/byte_source.h"

namespace syncline::decode {

// Made with zlib and by hand, so that each can be broken on purpose.
inline std::string Deflated(std::string_view text, int window_bits) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}
inline std::string Gzip(std::string_view text) { return Deflated(text, 15 + 16); }
inline std::string Zlib(std::string_view text) { return Deflated(text, 15); }

struct ZipFile {
  std::string name;
  std::string text;
  bool deflated = true;
  bool descriptor = false;  // size and checksum behind the file, as streaming writers do
  std::uint32_t flags = 0;
  std::uint32_t crc_error = 0;
};

inline std::string LittleEndian(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
  return out;
}

inline std::string ZipEntryBytes(const ZipFile& file) {
  const std::string data = file.deflated ? Deflated(file.text, -15) : file.text;
  const std::uint32_t crc =
      static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(file.text.data()),
                                       static_cast<uInt>(file.text.size()))) ^
      file.crc_error;
  const std::string sizes = LittleEndian(data.size(), 4) + LittleEndian(file.text.size(), 4);
  std::string out = std::string("PK\x03\x04") + LittleEndian(20, 2);
  out += LittleEndian(file.flags | (file.descriptor ? 8 : 0), 2);
  out += LittleEndian(file.deflated ? 8 : 0, 2) + LittleEndian(0, 4);
  out += file.descriptor ? std::string(12, '\0') : LittleEndian(crc, 4) + sizes;
  out += LittleEndian(file.name.size(), 2) + LittleEndian(4, 2) + file.name + "xtra";
  out += data;
  if (file.descriptor) out += "PK\x07\x08" + LittleEndian(crc, 4) + sizes;
  return out;
}

// With an end that is not looked at.
inline std::string Zip(const std::vector<ZipFile>& files) {
  std::string out;
  for (const ZipFile& file : files) out += ZipEntryBytes(file);
  return out + "PK\x01\x02" + std::string(60, '\0') + "PK\x05\x06" + std::string(18, '\0');
}

// Hands a text out in pieces of one size.
class PiecewiseSource final : public ByteSource {
 public:
  PiecewiseSource(std::string text, std::size_t piece) : text_(std::move(text)), piece_(piece) {}
  absl::StatusOr<std::string_view> Read() override {
    const std::string_view piece = std::string_view(text_).substr(at_, piece_);
    at_ += piece.size();
    return piece;
  }

 private:
  const std::string text_;
  const std::size_t piece_;
  std::size_t at_ = 0;
};

inline absl::StatusOr<std::string> ReadAll(ByteSource& source) {
  std::string all;
  while (true) {
    SYNCLINE_ASSIGN_OR_RETURN(const std::string_view piece, source.Read());
    if (piece.empty()) return all;
    all += piece;
  }
}

}  // namespace syncline::decode
