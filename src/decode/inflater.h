#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

struct z_stream_s;

namespace syncline::decode {

// Decompresses one deflate stream piece by piece; the only place that knows zlib. One thread.
class Inflater {
 public:
  enum class Wrapper { kGzip, kZlib, kNone };
  // What one call yields at most.
  static constexpr std::size_t kPieceBytes = std::size_t{64} << 10;

  explicit Inflater(Wrapper wrapper);
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Takes from the front of `*in`, which is shortened by it, and replaces what is in `*out`. True
  // when the stream ended, its checksum included. BODY_INVALID; INTERNAL without memory.
  absl::StatusOr<bool> Inflate(std::string_view* in, std::string* out);
  // Another stream of the same kind begins.
  void Restart();

 private:
  const std::unique_ptr<z_stream_s> stream_;
  const bool ready_;
};

// Goes on with a CRC-32 as gzip and zip use it; begins with 0.
std::uint32_t Crc32(std::uint32_t crc, std::string_view bytes);

}  // namespace syncline::decode
