#include "http/retrying_transport.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/status.h"
#include "http/retry_after.h"

namespace syncline::http {
namespace {

constexpr int kTooManyRequests = 429;

// Why one try is not good enough, and what the vendor says about the next one.
struct Trouble {
  base::Reason reason = base::Reason::kVendorError;
  std::string message;
  std::optional<std::chrono::milliseconds> hint;
};

std::optional<Trouble> TroubleOf(const absl::StatusOr<Response>& outcome, base::Time now) {
  if (!outcome.ok()) {
    const base::Reason reason = base::ReasonOf(outcome.status());
    switch (reason) {
      case base::Reason::kVendorUnreachable:
      case base::Reason::kVendorTimeout:
      case base::Reason::kBodyTruncated:
        return Trouble{reason, base::MessageOf(outcome.status()), std::nullopt};
      // Of a token endpoint or login, which passes by itself as the list's own answers do.
      case base::Reason::kVendorError:
      case base::Reason::kVendorThrottled:
        return Trouble{reason, base::MessageOf(outcome.status()),
                       base::RetryAfterOf(outcome.status())};
      default: return std::nullopt;
    }
  }
  Trouble trouble;
  switch (outcome->status) {
    case kTooManyRequests:
      trouble.reason = base::Reason::kVendorThrottled;
      trouble.message = "The vendor asks to slow down (429).";
      break;
    case 408:
    case 500:
    case 502:
    case 503:
    case 504: trouble.message = fmt::format("The vendor answered {}.", outcome->status); break;
    default: return std::nullopt;
  }
  if (const auto text = outcome->headers.Find("Retry-After"); text.has_value()) {
    trouble.hint = ParseRetryAfter(*text, now);
  }
  return trouble;
}

absl::Status Throttled(std::string_view message,
                       std::optional<std::chrono::milliseconds> retry_after) {
  absl::Status status = base::Error(base::Reason::kVendorThrottled, message);
  return retry_after.has_value() ? base::WithRetryAfter(std::move(status), *retry_after) : status;
}

}  // namespace

RetryingTransport::RetryingTransport(Transport& inner, const RetryLimits& limits,
                                     const base::Clock& clock, base::Random& random, OnWait on_wait)
    : inner_(inner),
      limits_(limits),
      clock_(clock),
      random_(random),
      on_wait_(std::move(on_wait)) {}

absl::StatusOr<Response> RetryingTransport::Send(const Request& request,
                                                 const TransportLimits& limits,
                                                 std::stop_token stop) {
  for (int attempt = 1;; ++attempt) {
    request_count_.fetch_add(1, std::memory_order_relaxed);
    absl::StatusOr<Response> outcome = inner_.Send(request, limits, stop);
    std::optional<Trouble> trouble = TroubleOf(outcome, clock_.Now());
    if (!trouble.has_value()) return outcome;
    if (trouble->hint.has_value() && *trouble->hint > limits_.retry_after_max) {
      return Throttled(
          fmt::format("The vendor asks to wait {} s; Syncline waits {} s at most.",
                      trouble->hint->count() / 1000, limits_.retry_after_max.count() / 1000),
          trouble->hint);
    }
    if (attempt >= limits_.attempt_count_max) {
      if (trouble->reason != base::Reason::kVendorThrottled) return outcome;
      return Throttled(fmt::format("{} It still did after {} tries.", trouble->message, attempt),
                       trouble->hint);
    }
    const std::chrono::milliseconds delay =
        DelayAfter(limits_.backoff, attempt, trouble->hint, random_.Fraction());
    SYNCLINE_RETURN_IF_ERROR(
        Pause({trouble->reason, std::move(trouble->message), delay, attempt + 1}, stop));
  }
}

absl::Status RetryingTransport::Pause(const Wait& wait, std::stop_token stop) const {
  if (on_wait_) on_wait_(wait);
  if (clock_.WaitFor(wait.delay, std::move(stop))) return absl::OkStatus();
  return base::Error(base::Reason::kCancelled, "Stopped while waiting for the vendor.");
}

}  // namespace syncline::http
