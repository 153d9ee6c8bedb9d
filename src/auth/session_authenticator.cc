#include "auth/session_authenticator.h"

#include <fmt/format.h>

#include <utility>

#include "auth/shown_text.h"
#include "base/status.h"

namespace syncline::auth {

SessionAuthenticator::SessionAuthenticator(AllowedHosts hosts, SessionPlan plan,
                                           NamedSecrets secrets, const Environment& environment)
    : hosts_(std::move(hosts)),
      plan_(std::move(plan)),
      secrets_(std::move(secrets)),
      environment_(environment) {
  auto scrubber = std::make_shared<Scrubber>();
  for (const auto& [name, secret] : secrets_) scrubber->Add(secret.Reveal());
  scrubber_ = std::move(scrubber);
}

absl::Status SessionAuthenticator::Apply(http::Request& request, std::stop_token stop) {
  SYNCLINE_RETURN_IF_ERROR(hosts_.Check(request.url));
  const base::SteadyTime now = environment_.clock.SteadyNow();
  const bool has_ended = session_.has_value() && session_->end.has_value() && *session_->end <= now;
  if (!session_.has_value() || has_ended) SYNCLINE_RETURN_IF_ERROR(Login(std::move(stop)));
  ++signed_count_;
  return Put(&request);
}

absl::Status SessionAuthenticator::Put(http::Request* request) const {
  const base::Time now = environment_.clock.Now();
  if (plan_.keeps_cookies) session_->cookies.Put(now, request);
  return plan_.Put(session_->captured, now, request);
}

absl::Status SessionAuthenticator::Login(std::stop_token stop) {
  SYNCLINE_ASSIGN_OR_RETURN(
      Session session, SessionLogin(plan_, secrets_, hosts_, environment_).Run(std::move(stop)));
  auto scrubber = std::make_shared<Scrubber>();
  for (const auto& [name, secret] : secrets_) scrubber->Add(secret.Reveal());
  // The pages on their way may still repeat the session before.
  if (session_.has_value()) AddSecretsOf(*session_, scrubber.get());
  AddSecretsOf(session, scrubber.get());
  session_ = std::move(session);
  signed_count_ = 0;
  const std::lock_guard lock(mutex_);
  scrubber_ = std::move(scrubber);
  return absl::OkStatus();
}

absl::StatusOr<bool> SessionAuthenticator::Renew(const http::Response& answer,
                                                 std::stop_token stop) {
  if (!IsExpired(answer.status)) return false;
  return RenewRefused(answer, std::move(stop));
}

absl::StatusOr<bool> SessionAuthenticator::RenewRefused(const http::Response& answer,
                                                        std::stop_token stop) {
  // A session that was refused at its first request would be refused for ever.
  if (signed_count_ <= 1) return Refused(answer);
  SYNCLINE_RETURN_IF_ERROR(Login(std::move(stop)));
  return true;
}

absl::Status SessionAuthenticator::CheckRenewed(const http::Response& answer) {
  return IsExpired(answer.status) ? Refused(answer) : absl::OkStatus();
}

absl::Status SessionAuthenticator::Refused(const http::Response& answer) const {
  const std::string body = ShownText(Scrub(answer.body));
  std::string message =
      fmt::format("The vendor answered {} to a session that had just been opened", answer.status);
  message += body.empty() ? "." : ". It says: " + ShownText(body, kMessageBytesMax);
  return base::Error(base::Reason::kAuthFailed, message,
                     {{"status", std::to_string(answer.status)}, {"body", body}});
}

void SessionAuthenticator::End() {
  if (!plan_.logout.has_value() || !session_.has_value()) return;
  const SessionScope scope(&secrets_, plan_.vars, session_->captured);
  auto request = plan_.logout->Render(scope.value(), environment_.clock.Now());
  if (!request.ok() || !hosts_.Check(request->url).ok() || !Put(&*request).ok()) return;
  const http::TransportLimits limits{.total_timeout = kEndTimeout};
  environment_.transport.Send(*request, limits, {}).IgnoreError();
  session_.reset();
}

void SessionAuthenticator::Strip(http::Url* url) const {
  for (const std::string& name : plan_.query_names) http::RemoveQueryParameter(url, name);
}

std::string SessionAuthenticator::Scrub(std::string text) const {
  std::shared_ptr<const Scrubber> scrubber;
  {
    const std::lock_guard lock(mutex_);
    scrubber = scrubber_;
  }
  return scrubber->Scrub(std::move(text));
}

}  // namespace syncline::auth
