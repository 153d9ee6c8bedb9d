#pragma once

#include <chrono>
#include <cstddef>
#include <stop_token>

#include "absl/status/statusor.h"
#include "http/message.h"

namespace syncline::http {

struct TransportLimits {
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds total_timeout{120'000};
  std::chrono::milliseconds first_byte_timeout{0};  // from the start; 0 = the total alone
  // A body slower than this for `slow_time` is given up.
  std::size_t slow_bytes_per_second = 1024;
  std::chrono::seconds slow_time{20};
  std::size_t body_bytes_max = std::size_t{64} << 20;  // decoded, and as it is received
  std::size_t compression_ratio_max = 200;             // decoded : received, past the first 1 MiB
  std::size_t header_bytes_max = 64 * 1024;
  std::size_t header_lines_max = 200;
};

// Carries one exchange. Any HTTP status is a success of the transport; what an answer means is
// decided above. Never follows redirects, never reads proxy settings of the environment, always
// verifies TLS, and connects only where the EgressGuard lets it. Safe for concurrent use.
// VENDOR_UNREACHABLE, VENDOR_TIMEOUT, VENDOR_TLS, BODY_TRUNCATED, RESPONSE_TOO_LARGE,
// ADDRESS_NOT_ALLOWED (before a byte is sent), CANCELLED.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual absl::StatusOr<Response> Send(const Request& request, const TransportLimits& limits,
                                        std::stop_token stop) = 0;
};

}  // namespace syncline::http
