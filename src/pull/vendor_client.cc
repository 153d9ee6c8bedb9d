#include "pull/vendor_client.h"

#include <fmt/format.h>

#include <utility>

#include "base/status.h"

namespace syncline::pull {
namespace {

http::RetryingTransport::OnWait ScrubbedWaits(http::RetryingTransport::OnWait on_wait,
                                              const auth::Authenticator& authenticator,
                                              std::mutex& mutex) {
  if (!on_wait) return on_wait;
  return [on_wait = std::move(on_wait), &authenticator, &mutex](const http::Wait& wait) {
    http::Wait scrubbed = wait;
    scrubbed.message = authenticator.Scrub(std::move(scrubbed.message));
    std::lock_guard lock(mutex);
    on_wait(scrubbed);
  };
}

http::RetryLimits RetryLimitsOf(const Limits& limits, const http::Backoff& backoff) {
  return {.attempt_count_max = limits.attempt_count_max, .backoff = backoff};
}

}  // namespace

VendorClient::VendorClient(Options options)
    : authenticator_(std::move(options.authenticator)),
      limits_(options.limits),
      clock_(options.clock),
      user_agent_(std::move(options.user_agent)),
      signing_(options.transport, *authenticator_),
      redirecting_(signing_, options.transport, *authenticator_),
      transport_(redirecting_, RetryLimitsOf(limits_, options.backoff), options.clock,
                 options.random,
                 ScrubbedWaits(std::move(options.on_wait), *authenticator_, wait_mutex_)) {}

VendorClient::~VendorClient() { authenticator_->End(); }

absl::StatusOr<bool> VendorClient::RenewSignIn(const http::Response& answer, std::stop_token stop) {
  return signing_.RenewAfter(answer, std::move(stop));
}

absl::StatusOr<http::Response> VendorClient::Send(http::Request request, std::stop_token stop,
                                                  const http::RetryingTransport::Judge& judge) {
  if (!request.headers.Find("User-Agent").has_value()) {
    request.headers.Add("User-Agent", user_agent_);
  }
  const http::TransportLimits limits{
      .total_timeout = limits_.request_timeout,
      .first_byte_timeout = limits_.first_byte_timeout,
      .body_bytes_max = static_cast<std::size_t>(limits_.page_bytes_max)};
  return transport_.SendJudged(request, limits, judge, std::move(stop));
}

absl::StatusOr<std::string> VendorClient::ResolveLink(const http::Url& asked,
                                                      std::string_view link) const {
  SYNCLINE_ASSIGN_OR_RETURN(http::Url url, http::ResolveReference(asked, link));
  const bool loses_tls = asked.scheme == "https" && url.scheme != "https";
  const bool may_leave = authenticator_->NamesHost(url) && !loses_tls;
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
