#include "pull/limits.h"

#include <fmt/format.h>

#include <string>

namespace syncline::pull {
namespace {

using google::protobuf::Duration;
using std::chrono::milliseconds;

constexpr std::int64_t kNanosPerMilli = 1'000'000;
constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

void CheckRange(std::int64_t value, std::int64_t max, const char* field,
                base::FieldViolations* violations) {
  if (value < 0 || value > max) {
    violations->Add(fmt::format("limits.{}", field),
                    fmt::format("is {}; 1 to {} are allowed, 0 is the default", value, max));
  }
}

void CheckDuration(const Duration& duration, milliseconds max, const char* field,
                   base::FieldViolations* violations) {
  if (IsDurationWithin(duration, milliseconds(1), max)) return;
  violations->Add(fmt::format("limits.{}", field),
                  fmt::format("must be from 1 ms to {} s", max.count() / 1000));
}

}  // namespace

milliseconds ToMilliseconds(const Duration& duration) {
  return std::chrono::seconds(duration.seconds()) + milliseconds(duration.nanos() / kNanosPerMilli);
}

bool IsDurationWithin(const Duration& duration, milliseconds least, milliseconds most) {
  // Compared in seconds first: a hostile value would overflow the conversion.
  const bool sane = duration.seconds() >= 0 && duration.nanos() >= 0 &&
                    duration.nanos() < kNanosPerSecond && duration.seconds() <= most.count() / 1000;
  return sane && ToMilliseconds(duration) >= least && ToMilliseconds(duration) <= most;
}

Limits ResolveLimits(const v1::Limits& spec) {
  Limits limits;
  if (spec.page_count_max() > 0) limits.page_count_max = spec.page_count_max();
  if (spec.page_bytes_max() > 0) {
    limits.page_bytes_max = spec.page_bytes_max();
    limits.stream_bytes_max = spec.page_bytes_max();
  }
  if (spec.attempt_count_max() > 0) limits.attempt_count_max = spec.attempt_count_max();
  if (spec.has_request_timeout()) limits.request_timeout = ToMilliseconds(spec.request_timeout());
  if (spec.has_first_byte_timeout()) {
    limits.first_byte_timeout = ToMilliseconds(spec.first_byte_timeout());
  }
  if (spec.has_run_duration_max()) {
    limits.run_duration_max = ToMilliseconds(spec.run_duration_max());
  }
  if (spec.reject_count_max() > 0) limits.reject_count_max = spec.reject_count_max();
  if (spec.retry_count_max() > 0) limits.retry_count_max = spec.retry_count_max();
  return limits;
}

void CheckLimits(const v1::Limits& limits, base::FieldViolations* violations) {
  CheckRange(limits.page_count_max(), Limits::kPageCountMax, "pageCountMax", violations);
  CheckRange(limits.page_bytes_max(), Limits::kPageBytesMax, "pageBytesMax", violations);
  CheckRange(limits.attempt_count_max(), Limits::kAttemptCountMax, "attemptCountMax", violations);
  CheckRange(limits.reject_count_max(), Limits::kRejectCountMax, "rejectCountMax", violations);
  CheckRange(limits.retry_count_max(), Limits::kRetryCountMax, "retryCountMax", violations);
  if (limits.has_request_timeout()) {
    CheckDuration(limits.request_timeout(), Limits::kRequestTimeoutMax, "requestTimeout",
                  violations);
  }
  if (limits.has_first_byte_timeout()) {
    CheckDuration(limits.first_byte_timeout(), Limits::kRequestTimeoutMax, "firstByteTimeout",
                  violations);
  }
  if (limits.has_run_duration_max()) {
    CheckDuration(limits.run_duration_max(), Limits::kRunDurationMax, "runDurationMax", violations);
  }
}

}  // namespace syncline::pull
