#include "decode/meter.h"

#include <fmt/format.h>

#include "base/status.h"

namespace syncline::decode {
namespace {

absl::Status TooLarge(const std::string& what) {
  return base::Error(base::Reason::kResponseTooLarge,
                     fmt::format("The answer is refused: {}.", what));
}

}  // namespace

absl::Status Meter::CountReceived(std::size_t bytes) {
  received_ += bytes;
  if (received_ <= limits_.compressed_bytes_max) return absl::OkStatus();
  return TooLarge(fmt::format("its body is larger than {} bytes", limits_.compressed_bytes_max));
}

absl::Status Meter::Produce(std::size_t bytes, std::size_t* total) const {
  *total += bytes;
  if (*total <= limits_.ratio_free_bytes || *total / limits_.ratio_max <= received_) {
    return absl::OkStatus();
  }
  return TooLarge(fmt::format("it decompresses to more than {} times its size", limits_.ratio_max));
}

absl::Status Meter::CountPlain(std::size_t bytes) {
  plain_ += bytes;
  if (plain_ <= limits_.plain_bytes_max) return absl::OkStatus();
  return TooLarge(
      fmt::format("its body is larger than {} bytes decompressed", limits_.plain_bytes_max));
}

absl::Status BrokenOff() {
  return base::Error(base::Reason::kBodyInvalid,
                     "The body's compression is broken: it ends too early.");
}

}  // namespace syncline::decode
