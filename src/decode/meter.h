#pragma once

#include <cstddef>

#include "absl/status/status.h"
#include "decode/decompressed_source.h"

namespace syncline::decode {

// Holds one body to its limits, over all its layers. Private to this folder; one thread.
// RESPONSE_TOO_LARGE past a limit.
class Meter {
 public:
  explicit Meter(const DecompressLimits& limits) : limits_(limits) {}
  // Bytes that came in.
  absl::Status CountReceived(std::size_t bytes);
  // Bytes that one layer yielded; `total` is all that it has.
  absl::Status Produce(std::size_t bytes, std::size_t* total) const;
  // Bytes that leave the last layer.
  absl::Status CountPlain(std::size_t bytes);

 private:
  const DecompressLimits limits_;
  std::size_t received_ = 0;
  std::size_t plain_ = 0;
};

// The body ended inside a compressed stream.
absl::Status BrokenOff();

}  // namespace syncline::decode
