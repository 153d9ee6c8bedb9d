// Any bytes as something compressed: undoing it never crashes, what comes in pieces becomes what
// comes as a whole, and the limits hold.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "decode/decompressed_source.h"
#include "tests/decode/archives.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace syncline::decode;
  if (size < 1) return 0;
  const std::string body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const DecompressLimits limits{.plain_bytes_max = 1 << 20, .ratio_free_bytes = 1 << 16};
  const auto read = [&](std::size_t piece) {
    return ReadAll(*Decompress(std::make_unique<PiecewiseSource>(body, piece), limits));
  };
  const auto whole = read(body.size() + 1);
  const auto pieces = read(1 + data[0] % 16);
  // A limit may be met at another place; nothing else may differ.
  const auto is_limit = [](const auto& outcome) {
    return !outcome.ok() &&
           syncline::base::ReasonOf(outcome.status()) == syncline::base::Reason::kResponseTooLarge;
  };
  if (is_limit(whole) || is_limit(pieces)) return 0;
  if (whole.ok() != pieces.ok() || (whole.ok() && *whole != *pieces)) std::abort();
  if (whole.ok() && whole->size() > limits.plain_bytes_max) std::abort();
  return 0;
}
