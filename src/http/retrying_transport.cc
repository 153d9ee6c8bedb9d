#include "http/retrying_transport.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "http/rate_headers.h"

namespace syncline::http {
namespace {

constexpr char kRetryCountMax[] = "retry_count_max";
constexpr int kTooManyRequests = 429;
constexpr int kUnauthorized = 401;
// A sign-in that is refused is tried once more: servers that fetch keys from each other refuse a
// good one now and then. More often would lock accounts.
constexpr int kUnauthorizedAttempts = 2;

std::optional<Trouble> TroubleOf(const absl::StatusOr<Response>& outcome, base::Time now) {
  if (!outcome.ok()) {
    const base::Reason reason = base::ReasonOf(outcome.status());
    switch (reason) {
      case base::Reason::kVendorUnreachable:
      case base::Reason::kVendorTimeout:
      case base::Reason::kBodyTruncated:
        return Trouble{.reason = reason, .message = base::MessageOf(outcome.status())};
      // Of a token endpoint or login, which passes by itself as the list's own answers do.
      case base::Reason::kVendorError:
      case base::Reason::kVendorThrottled:
        return Trouble{.reason = reason,
                       .message = base::MessageOf(outcome.status()),
                       .hint = base::RetryAfterOf(outcome.status())};
      default: return std::nullopt;
    }
  }
  switch (outcome->status) {
    case kUnauthorized:
      return Trouble{.reason = base::Reason::kAuthFailed,
                     .message = "The vendor refused the sign-in (401).",
                     .attempt_count_max = kUnauthorizedAttempts};
    case kTooManyRequests:
      return Trouble{.reason = base::Reason::kVendorThrottled,
                     .message = "The vendor asks to slow down (429).",
                     .hint = PauseAfter(*outcome, now)};
    case 408:
    case 500:
    case 502:
    case 503:
    case 504:
      return Trouble{.reason = base::Reason::kVendorError,
                     .message = fmt::format("The vendor answered {}.", outcome->status),
                     .hint = PauseAfter(*outcome, now)};
    default: return std::nullopt;
  }
}

absl::Status Final(const Trouble& trouble, std::string_view message,
                   const base::ErrorMetadata& metadata = {}) {
  absl::Status status = base::Error(trouble.reason, message, metadata);
  const bool carries = trouble.hint.has_value() && trouble.reason == base::Reason::kVendorThrottled;
  return carries ? base::WithRetryAfter(std::move(status), *trouble.hint) : status;
}

}  // namespace

bool IsOutOfRetries(const absl::Status& status) {
  return !status.ok() && base::MetadataOf(status).contains(kRetryCountMax);
}

absl::StatusOr<Response> RetryingTransport::Send(const Request& request,
                                                 const TransportLimits& limits,
                                                 std::stop_token stop) {
  return SendJudged(request, limits, {}, std::move(stop));
}

absl::StatusOr<Response> RetryingTransport::SendJudged(const Request& request,
                                                       const TransportLimits& limits,
                                                       const Judge& judge, std::stop_token stop,
                                                       TryObserver* observer) {
  int attempt = 1;
  int waits = 0;
  while (true) {
    if (observer != nullptr) observer->OnSend(request, attempt);
    absl::StatusOr<Response> outcome = inner_.Send(request, limits, stop);
    if (auto park = ParkOf(outcome.status()); park.has_value()) {  // it was not sent
      if (observer != nullptr)
        observer->OnPause(park->wait.reason, park->wait.message, park->wait.delay);
      park->wait.next_attempt += attempt - 1 + carried_tries_;
      return CheckedPark(*park);
    }
    ++request_count_;
    if (observer != nullptr) observer->OnAnswer(outcome);
    Judged judged;
    if (outcome.ok() && judge) {
      SYNCLINE_ASSIGN_OR_RETURN(judged, judge(*outcome));
    }
    std::optional<Trouble> trouble = std::move(judged.trouble);
    if (judged.kind == Judged::Kind::kAccepted) return outcome;
    if (judged.kind == Judged::Kind::kByStatus) {
      trouble = TroubleOf(outcome, patience_.clock().Now());
    }
    if (!trouble.has_value()) return outcome;
    attempt += carried_tries_.exchange(0);
    if (absl::Status status = CheckTries(*trouble, attempt, waits); !status.ok()) {
      // What ends by its status is told by whoever judges it.
      const bool is_told_above = judged.kind == Judged::Kind::kByStatus &&
                                 trouble->reason != base::Reason::kVendorThrottled;
      if (is_told_above) return outcome;
      return status;
    }
    std::chrono::milliseconds delay = trouble->hint.value_or(std::chrono::milliseconds(0));
    if (trouble->is_try) {
      if (++retry_count_ > limits_.retry_count_max) {
        return Final(*trouble,
                     fmt::format("{} The run has used up its {} retries.", trouble->message,
                                 limits_.retry_count_max),
                     {{kRetryCountMax, std::to_string(limits_.retry_count_max)}});
      }
      delay = DelayAfter(limits_.backoff, attempt, trouble->hint, random_.Fraction());
      ++attempt;
    } else {
      ++waits;
    }
    if (observer != nullptr) observer->OnPause(trouble->reason, trouble->message, delay);
    const absl::Status sat =
        patience_.Sit({trouble->reason, std::move(trouble->message), delay, attempt}, stop);
    auto park = ParkOf(sat);
    if (!park.has_value()) {
      SYNCLINE_RETURN_IF_ERROR(sat);
      continue;
    }
    // Losing a page is a try of it, or one that always meets the same pause would never end.
    if (!trouble->is_try && patience_.in_page()) ++park->wait.next_attempt;
    return CheckedPark(*park);
  }
}

absl::Status RetryingTransport::CheckedPark(const Park& park) const {
  const Wait& wait = park.wait;
  if (wait.next_attempt <= limits_.attempt_count_max) return ParkStatus(park);
  return Final({.reason = wait.reason, .hint = wait.delay},
               fmt::format("{} It still did after {} tries.", wait.message, wait.next_attempt - 1));
}

absl::Status RetryingTransport::CheckTries(const Trouble& trouble, int attempt, int waits) const {
  if (!trouble.is_try) {
    if (waits < limits_.wait_count_max) return absl::OkStatus();
    return Final(trouble, fmt::format("{} It still did after {} pauses.", trouble.message, waits));
  }
  if (attempt < std::min(limits_.attempt_count_max, trouble.attempt_count_max)) {
    return absl::OkStatus();
  }
  return Final(trouble, fmt::format("{} It still did after {} tries.", trouble.message, attempt));
}

}  // namespace syncline::http
