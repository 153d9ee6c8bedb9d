#include "pull/vendor_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/status.h"

namespace syncline::pull {
namespace {

http::RetryLimits RetryLimitsOf(const Limits& limits, const http::Backoff& backoff) {
  return {.attempt_count_max = limits.attempt_count_max,
          .retry_count_max = limits.retry_count_max,
          .backoff = backoff};
}

}  // namespace

VendorClient::VendorClient(Options options)
    : authenticator_(std::move(options.authenticator)),
      limits_(options.limits),
      clock_(options.clock),
      user_agent_(std::move(options.user_agent)),
      download_hosts_(std::move(options.download_hosts)),
      exchanges_(options.exchanges),
      patience_(options.clock, Teller(std::move(options.on_wait))),
      signing_(options.transport, *authenticator_),
      limited_(signing_,
               {std::move(options.budget), std::move(options.integration), options.resume.paid},
               patience_),
      redirecting_(limited_, options.transport, *authenticator_, download_hosts_),
      unlimited_(signing_, options.transport, *authenticator_, download_hosts_),
      transport_(redirecting_, RetryLimitsOf(limits_, options.backoff), patience_, options.random) {
  const int attempt = options.resume.request_attempt;
  transport_.GoOnWith(attempt);
  transport_.CountRetries(options.resume.retries + attempt - 1);
}

http::Patience::OnWait VendorClient::Teller(http::Patience::OnWait on_wait) {
  if (!on_wait) return on_wait;
  return [this, on_wait = std::move(on_wait)](const http::Wait& wait) {
    http::Wait scrubbed = wait;
    scrubbed.message = authenticator_->Scrub(std::move(scrubbed.message));
    std::lock_guard lock(wait_mutex_);
    const base::SteadyTime until = clock_.SteadyNow() + wait.delay;
    if (until <= told_until_) return;
    told_until_ = until;
    on_wait(scrubbed);
  };
}

VendorClient::~VendorClient() { authenticator_->End(); }

absl::StatusOr<bool> VendorClient::RenewSignIn(const http::Response& answer,
                                               std::int64_t renewals_before, std::stop_token stop) {
  return signing_.RenewAfter(answer, renewals_before, std::move(stop));
}

absl::StatusOr<http::Response> VendorClient::Send(http::Request request, std::stop_token stop,
                                                  const http::RetryingTransport::Judge& judge,
                                                  http::TryObserver* observer) {
  if (!request.headers.Find("User-Agent").has_value()) {
    request.headers.Add("User-Agent", user_agent_);
  }
  const http::TransportLimits limits{
      .total_timeout = limits_.request_timeout,
      .first_byte_timeout = limits_.first_byte_timeout,
      .body_bytes_max = static_cast<std::size_t>(limits_.page_bytes_max)};
  const auto obey = [&](http::Response& answer) -> absl::StatusOr<http::Judged> {
    http::Judged judged;
    if (judge) {
      SYNCLINE_ASSIGN_OR_RETURN(judged, judge(answer));
    }
    // What a rule reads as a pause out of an error is the vendor's word to whoever asks it; out of
    // an answer that is none, it is a list that is not ready.
    const bool pauses =
        judged.kind == http::Judged::Kind::kAgain && !judged.trouble.is_try && answer.status >= 400;
    if (pauses && judged.trouble.hint.has_value()) limited_.Block(*judged.trouble.hint);
    return judged;
  };
  auto answer = transport_.SendJudged(request, limits, obey, std::move(stop), observer);
  if (answer.ok()) patience_.HoldAnswer();
  return answer;
}

absl::StatusOr<http::Response> VendorClient::SendOnce(http::Request request,
                                                      std::chrono::milliseconds timeout,
                                                      std::stop_token stop) {
  if (!request.headers.Find("User-Agent").has_value()) {
    request.headers.Add("User-Agent", user_agent_);
  }
  const http::TransportLimits limits{
      .total_timeout = std::min(timeout, limits_.request_timeout),
      .body_bytes_max = static_cast<std::size_t>(limits_.page_bytes_max)};
  return unlimited_.Send(request, limits, std::move(stop));
}

absl::Status VendorClient::Sit(const http::Wait& wait, std::stop_token stop) {
  patience_.EndPage();
  return patience_.Sit(wait, std::move(stop));
}

absl::StatusOr<std::string> VendorClient::ResolveLink(const http::Url& asked,
                                                      std::string_view link) const {
  SYNCLINE_ASSIGN_OR_RETURN(http::Url url, http::ResolveReference(asked, link));
  const bool loses_tls = asked.scheme == "https" && url.scheme != "https";
  const bool may_leave = (authenticator_->NamesHost(url) || GoesUnsigned(url)) && !loses_tls;
  if (url.origin() != asked.origin() && !may_leave) {
    return base::Error(
        base::Reason::kHostNotAllowed,
        fmt::format("The next link leads from {} to {}, which {}.", asked.origin(), url.origin(),
                    loses_tls ? "gives up TLS" : "the credential's allowed hosts do not name"),
        {{"host", url.origin()}});
  }
  authenticator_->Strip(&url);  // the checkpoint is stored (I5)
  return url.ToString();
}

absl::Status VendorClient::Scrubbed(const absl::Status& status) const {
  base::ErrorMetadata metadata = base::MetadataOf(status);
  for (auto& [key, value] : metadata) value = authenticator_->Scrub(std::move(value));
  absl::Status scrubbed =
      base::Error(base::ReasonOf(status), authenticator_->Scrub(base::MessageOf(status)), metadata);
  const auto delay = base::RetryAfterOf(status);
  return delay.has_value() ? base::WithRetryAfter(std::move(scrubbed), *delay) : scrubbed;
}

VendorClient::Scrub VendorClient::MakeScrub() const {
  return [authenticator = authenticator_](std::string text) {
    return authenticator->Scrub(std::move(text));
  };
}

}  // namespace syncline::pull
