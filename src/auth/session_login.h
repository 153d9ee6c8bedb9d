#pragma once

#include <optional>
#include <stop_token>

#include "absl/status/statusor.h"
#include "auth/allowed_hosts.h"
#include "auth/authenticator.h"
#include "auth/cookie_jar.h"
#include "auth/scrub.h"
#include "auth/session_plan.h"

namespace syncline::auth {

// What a login yielded.
struct Session {
  CapturedValues captured;
  CookieJar cookies;
  std::optional<base::SteadyTime> end;
};

// Performs the steps of one login, each once. Lives on the stack of one sign-in.
class SessionLogin {
 public:
  // Bounds of each step.
  static constexpr std::chrono::seconds kTimeout{60};
  static constexpr std::size_t kBodyBytesMax = std::size_t{4} << 20;

  // The references must outlive the login.
  SessionLogin(const SessionPlan& plan, const NamedSecrets& secrets, const AllowedHosts& hosts,
               const Environment& environment)
      : plan_(plan), secrets_(secrets), hosts_(hosts), environment_(environment) {}

  // SIGN_IN_FAILED names the step, with status and scrubbed body, or the capture that is null;
  // VENDOR_THROTTLED and VENDOR_ERROR for answers that may pass by themselves; HOST_NOT_ALLOWED;
  // what the transport and the templates say.
  absl::StatusOr<Session> Run(std::stop_token stop);

 private:
  absl::StatusOr<http::Response> Send(const SessionPlan::Step& step, std::stop_token stop);
  absl::Status Judge(const http::Response& answer, const http::Url& asked) const;
  absl::Status Capture(const SessionPlan::Step& step, const http::Response& answer);
  absl::Status EndAfter(base::SteadyTime begin);
  absl::Status Failed(base::Reason reason, std::string_view what,
                      const base::ErrorMetadata& metadata = {}) const;
  // Every secret and everything captured so far.
  Scrubber MakeScrubber() const;

  const SessionPlan& plan_;
  const NamedSecrets& secrets_;
  const AllowedHosts& hosts_;
  const Environment& environment_;
  std::size_t step_ = 0;  // counted from 1 once begun
  Session session_;
};

// Adds what must not be shown of a session: texts, numbers and cookies.
void AddSecretsOf(const Session& session, Scrubber* scrubber);

}  // namespace syncline::auth
