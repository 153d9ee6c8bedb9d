#pragma once

#include <chrono>
#include <cstdint>

#include "base/status.h"
#include "http/body_sink.h"
#include "syncline/v1/integration.pb.h"

namespace syncline::pull {

// The limits of a run with their defaults filled in (I7).
struct Limits {
  static constexpr std::int64_t kPageCountMax = 1'000'000;
  static constexpr std::int64_t kPageBytesMax = std::int64_t{64} << 20;
  static constexpr std::int64_t kStreamBytesMax = http::BodySink::kBytesMax;
  static constexpr std::int32_t kAttemptCountMax = 20;
  static constexpr std::chrono::milliseconds kRequestTimeoutMax = std::chrono::minutes(10);
  static constexpr std::chrono::milliseconds kRunDurationMax = std::chrono::hours(24);
  static constexpr std::int64_t kRejectCountMax = 100'000;
  static constexpr std::int64_t kRetryCountMax = 100'000;

  std::int64_t page_count_max = kPageCountMax;
  std::int64_t page_bytes_max = kPageBytesMax;  // of an answer that is held, of a record of others
  // Of an answer that is cut because it is large: what was set as page_bytes_max, else that.
  std::int64_t stream_bytes_max = kStreamBytesMax;
  std::int32_t attempt_count_max = 5;
  std::chrono::milliseconds request_timeout = std::chrono::seconds(120);
  std::chrono::milliseconds first_byte_timeout{0};  // 0 = as request_timeout
  std::chrono::milliseconds run_duration_max = std::chrono::hours(6);
  std::int64_t reject_count_max = 1'000;
  std::int64_t retry_count_max = 1'000;
};

// Zero and absent fields take their defaults. Precondition: CheckLimits finds nothing.
Limits ResolveLimits(const v1::Limits& limits);

// Also for other durations of a definition: whether it is a duration of `least` to `most`, and, of
// one that is, its whole milliseconds.
bool IsDurationWithin(const google::protobuf::Duration& duration, std::chrono::milliseconds least,
                      std::chrono::milliseconds most);
std::chrono::milliseconds ToMilliseconds(const google::protobuf::Duration& duration);

// Adds a violation for every field out of its range, named "limits.…".
void CheckLimits(const v1::Limits& limits, base::FieldViolations* violations);

}  // namespace syncline::pull
