#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "auth/allowed_hosts.h"
#include "auth/authenticator.h"
#include "auth/scrub.h"
#include "auth/session_login.h"
#include "auth/session_plan.h"

namespace syncline::auth {

// Signs requests with what a login yielded. Logs in before the first request, again when the
// session has ended, and once more when the vendor refuses a session that was good before. Holds
// one session and what must not be shown of it and of the one before.
class SessionAuthenticator final : public Authenticator {
 public:
  SessionAuthenticator(AllowedHosts hosts, SessionPlan plan, NamedSecrets secrets,
                       const Environment& environment);

  absl::Status Apply(http::Request& request, std::stop_token stop) override;
  absl::StatusOr<bool> Renew(const http::Response& answer, std::stop_token stop) override;
  absl::StatusOr<bool> RenewRefused(const http::Response& answer, std::stop_token stop) override;
  absl::Status CheckRenewed(const http::Response& answer) override;
  void End() override;  // sends `logout`
  bool NamesHost(const http::Url& url) const override { return hosts_.Contains(url); }
  void Strip(http::Url* url) const override;
  std::string Scrub(std::string text) const override;

 private:
  absl::Status Login(std::stop_token stop);
  absl::Status Put(http::Request* request) const;
  bool IsExpired(int status) const { return plan_.expired_statuses.contains(status); }
  absl::Status Refused(const http::Response& answer) const;

  const AllowedHosts hosts_;
  const SessionPlan plan_;
  const NamedSecrets secrets_;
  const Environment environment_;
  std::optional<Session> session_;
  int signed_count_ = 0;  // requests of this session
  mutable std::mutex mutex_;
  std::shared_ptr<const Scrubber> scrubber_;  // guarded by mutex_
};

}  // namespace syncline::auth
