#include "http/retrying_transport.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/status.h"
#include "http/retry_after.h"

namespace syncline::http {
namespace {

constexpr int kTooManyRequests = 429;

// A budget that is used up says when it is renewed; after other failures the same headers say
// nothing about them.
std::optional<std::chrono::milliseconds> HintOf(const Response& answer, base::Time now) {
  if (answer.status == kTooManyRequests) return WaitAskedFor(answer.headers, now);
  const auto text = answer.headers.Find("Retry-After");
  return text.has_value() ? ParseRetryAfter(*text, now) : std::nullopt;
}

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
  trouble.hint = HintOf(*outcome, now);
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
  return SendJudged(request, limits, {}, std::move(stop));
}

absl::StatusOr<Response> RetryingTransport::SendJudged(const Request& request,
                                                       const TransportLimits& limits,
                                                       const Judge& judge, std::stop_token stop) {
  int attempt = 1;
  int waits = 0;
  while (true) {
    request_count_.fetch_add(1, std::memory_order_relaxed);
    absl::StatusOr<Response> outcome = inner_.Send(request, limits, stop);
    Judged judged;
    if (outcome.ok() && judge) {
      SYNCLINE_ASSIGN_OR_RETURN(judged, judge(*outcome));
    }
    std::optional<Trouble> trouble = std::move(judged.trouble);
    if (judged.kind == Judged::Kind::kAccepted) return outcome;
    if (judged.kind == Judged::Kind::kByStatus) trouble = TroubleOf(outcome, clock_.Now());
    if (!trouble.has_value()) return outcome;
    if (absl::Status status = CheckPatience(*trouble, attempt, waits); !status.ok()) {
      // What ends by its status is told by whoever judges it.
      const bool is_told_above = judged.kind == Judged::Kind::kByStatus &&
                                 base::ReasonOf(status) != base::Reason::kVendorThrottled;
      if (is_told_above) return outcome;
      return status;
    }
    std::chrono::milliseconds delay = trouble->hint.value_or(std::chrono::milliseconds(0));
    if (trouble->is_try) {
      delay = DelayAfter(limits_.backoff, attempt, trouble->hint, random_.Fraction());
      ++attempt;
    } else {
      ++waits;
    }
    SYNCLINE_RETURN_IF_ERROR(
        Pause({trouble->reason, std::move(trouble->message), delay, attempt}, stop));
  }
}

absl::Status RetryingTransport::CheckPatience(const Trouble& trouble, int attempt,
                                              int waits) const {
  if (trouble.hint.has_value() && *trouble.hint > limits_.retry_after_max) {
    return Throttled(
        fmt::format("{} It asks to wait {} s; Syncline waits {} s at most.", trouble.message,
                    trouble.hint->count() / 1000, limits_.retry_after_max.count() / 1000),
        trouble.hint);
  }
  if (!trouble.is_try) {
    if (waits < limits_.wait_count_max) return absl::OkStatus();
    return Throttled(fmt::format("{} It still did after {} pauses.", trouble.message, waits),
                     trouble.hint);
  }
  if (attempt < limits_.attempt_count_max) return absl::OkStatus();
  const std::string message =
      fmt::format("{} It still did after {} tries.", trouble.message, attempt);
  if (trouble.reason == base::Reason::kVendorThrottled) return Throttled(message, trouble.hint);
  return base::Error(trouble.reason, message);
}

absl::Status RetryingTransport::Pause(const Wait& wait, std::stop_token stop) const {
  if (on_wait_) on_wait_(wait);
  if (clock_.WaitFor(wait.delay, std::move(stop))) return absl::OkStatus();
  return base::Error(base::Reason::kCancelled, "Stopped while waiting for the vendor.");
}

}  // namespace syncline::http
