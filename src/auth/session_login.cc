#include "auth/session_login.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "auth/shown_text.h"
#include "base/status.h"
#include "http/retry_after.h"

namespace syncline::auth {
namespace {

using base::Reason;

// A session is left this long before it ends, so that none ends on the wire.
constexpr std::chrono::seconds kMarginMax{30};

bool MayPass(int status) {
  return status == 408 || status == 429 || status == 500 || (status >= 502 && status <= 504);
}

// nullopt for a list, an object or null.
std::optional<Captured> Keep(const expression::Value& value) {
  switch (value.kind()) {
    case json::Kind::kNull:
    case json::Kind::kArray:
    case json::Kind::kObject: return std::nullopt;
    case json::Kind::kTrue:
    case json::Kind::kFalse: break;
    default: return Captured{value.kind(), secret::Secret(std::string(value.text()))};
  }
  const bool truth = value.kind() == json::Kind::kTrue;
  return Captured{value.kind(), secret::Secret(truth ? "true" : "false")};
}

// Seconds of a number or of a text that is one; nullopt unless it is positive.
std::optional<std::chrono::nanoseconds> SecondsOf(std::string_view text) {
  constexpr double kMost = 366.0 * 24 * 3600;
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(seconds) || seconds <= 0) return std::nullopt;
  return std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(seconds, kMost) * 1e9));
}

}  // namespace

void AddSecretsOf(const Session& session, Scrubber* scrubber) {
  for (const auto& [name, captured] : session.captured) {
    const bool is_text =
        captured.kind == json::Kind::kString || captured.kind == json::Kind::kNumber;
    if (is_text && name != SessionPlan::kExpiresIn) scrubber->Add(captured.text.Reveal());
  }
  for (const CookieJar::Cookie& cookie : session.cookies.cookies()) {
    scrubber->Add(cookie.value.Reveal());
  }
}

absl::StatusOr<Session> SessionLogin::Run(std::stop_token stop) {
  const base::SteadyTime begin = environment_.clock.SteadyNow();
  for (const SessionPlan::Step& step : plan_.login) {
    ++step_;
    SYNCLINE_ASSIGN_OR_RETURN(const http::Response answer, Send(step, stop));
    SYNCLINE_RETURN_IF_ERROR(Capture(step, answer));
  }
  if (plan_.puts_nothing() && session_.cookies.empty()) {
    return Failed(Reason::kSignInFailed,
                  "the login set no cookie, and the credential names nothing else to send: set "
                  "session.headers, session.query or session.cookies");
  }
  SYNCLINE_RETURN_IF_ERROR(EndAfter(begin));
  return std::move(session_);
}

absl::StatusOr<http::Response> SessionLogin::Send(const SessionPlan::Step& step,
                                                  std::stop_token stop) {
  const base::Time now = environment_.clock.Now();
  const SessionScope scope(&secrets_, plan_.vars, session_.captured);
  absl::StatusOr<http::Request> request = step.request.Render(scope.value(), now);
  if (!request.ok()) {
    return Failed(base::ReasonOf(request.status()), base::MessageOf(request.status()));
  }
  SYNCLINE_RETURN_IF_ERROR(hosts_.Check(request->url));
  if (!request->headers.Find("User-Agent")) request->headers.Add("User-Agent", "Syncline");
  if (plan_.keeps_cookies) session_.cookies.Put(now, &*request);
  const http::TransportLimits limits{.total_timeout = kTimeout, .body_bytes_max = kBodyBytesMax};
  absl::StatusOr<http::Response> answer =
      environment_.transport.Send(*request, limits, std::move(stop));
  if (!answer.ok()) return answer;
  SYNCLINE_RETURN_IF_ERROR(Judge(*answer, request->url));
  session_.cookies.Take(answer->headers, request->url, now);
  return answer;
}

absl::Status SessionLogin::Judge(const http::Response& answer, const http::Url& asked) const {
  // A form answers a good login with a redirect.
  if (answer.status >= 200 && answer.status < 400) return absl::OkStatus();
  const std::string body = ShownText(MakeScrubber().Scrub(answer.body));
  std::string what = fmt::format("{} answered {}", asked.origin(), answer.status);
  if (!body.empty()) what += ". It says: " + ShownText(body, kMessageBytesMax);
  const Reason reason = answer.status == 429     ? Reason::kVendorThrottled
                        : MayPass(answer.status) ? Reason::kVendorError
                                                 : Reason::kSignInFailed;
  absl::Status status =
      Failed(reason, what, {{"status", std::to_string(answer.status)}, {"body", body}});
  const auto retry_after = answer.headers.Find("Retry-After");
  if (!MayPass(answer.status) || !retry_after.has_value()) return status;
  const auto delay = http::ParseRetryAfter(*retry_after, environment_.clock.Now());
  return delay.has_value() ? base::WithRetryAfter(std::move(status), *delay) : status;
}

absl::Status SessionLogin::Capture(const SessionPlan::Step& step, const http::Response& answer) {
  const LoginAnswerScope scope(answer, session_.cookies);
  for (const auto& [name, expression] : step.captures) {
    expression::Evaluation evaluation(environment_.clock.Now());
    const auto value = expression.Evaluate(scope.value(), evaluation);
    if (!value.ok()) {
      return Failed(base::ReasonOf(value.status()),
                    fmt::format("'{}' ({}): {}", name, expression.text(),
                                MakeScrubber().Scrub(base::MessageOf(value.status()))));
    }
    std::optional<Captured> captured = Keep(*value);
    if (!captured.has_value()) {
      // Not the body: it may hold the very token that was looked for in the wrong place.
      return Failed(Reason::kSignInFailed,
                    fmt::format("'{}' ({}) is {}; the answer ({}) {}", name, expression.text(),
                                value->is_null() ? "null" : "a list or an object, not a text",
                                answer.status, MakeScrubber().Scrub(scope.Describe())),
                    {{"status", std::to_string(answer.status)}, {"capture", name}});
    }
    session_.captured.insert_or_assign(name, *std::move(captured));
  }
  return absl::OkStatus();
}

absl::Status SessionLogin::EndAfter(base::SteadyTime begin) {
  std::optional<std::chrono::nanoseconds> good = plan_.lifetime;
  const auto found = session_.captured.find(SessionPlan::kExpiresIn);
  if (found != session_.captured.end()) {
    const auto seconds = SecondsOf(found->second.text.Reveal());
    if (!seconds.has_value()) {
      return Failed(Reason::kSignInFailed, "'expires_in' is no positive number of seconds");
    }
    const auto margin = std::min<std::chrono::nanoseconds>(kMarginMax, *seconds / 10);
    good = std::min(good.value_or(*seconds), *seconds - margin);
  }
  if (good.has_value()) session_.end = begin + *good;
  return absl::OkStatus();
}

absl::Status SessionLogin::Failed(Reason reason, std::string_view what,
                                  const base::ErrorMetadata& metadata) const {
  return base::Error(
      reason, fmt::format("Step {} of {} of the login: {}.", step_, plan_.login.size(), what),
      metadata);
}

Scrubber SessionLogin::MakeScrubber() const {
  Scrubber scrubber;
  for (const auto& [name, secret] : secrets_) scrubber.Add(secret.Reveal());
  AddSecretsOf(session_, &scrubber);
  return scrubber;
}

}  // namespace syncline::auth
