#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "auth/allowed_hosts.h"
#include "auth/authenticator.h"
#include "auth/redirecting_transport.h"
#include "auth/signing_transport.h"
#include "base/clock.h"
#include "base/random.h"
#include "http/limited_transport.h"
#include "http/patience.h"
#include "http/rate_budget.h"
#include "http/retrying_transport.h"
#include "http/transport.h"
#include "pull/limits.h"

namespace syncline::pull {

class ExchangeLog;

// How one run talks to its vendor: every request is signed and sent with retries, within the run's
// limits and the credential's rate, and no secret of the sign-in gets into what is told of it.
// Owned by the puller. Safe for concurrent use, except that nothing may be on the wire while
// another identity is selected.
class VendorClient {
 public:
  // How a run that was parked goes on.
  struct ResumePoint {
    int request_attempt = 1;   // with which try of the request that was put off
    bool paid = false;         // the first request is counted in the budget already
    std::int64_t retries = 0;  // of the pages that are committed
  };
  // The references must outlive the client.
  struct Options {
    std::unique_ptr<auth::Authenticator> authenticator;
    http::Transport& transport;  // one try each; retries are made here
    const base::Clock& clock;
    base::Random& random;
    Limits limits;
    http::Patience::OnWait on_wait;  // called by one thread at a time
    http::Backoff backoff;
    std::string user_agent;
    std::shared_ptr<http::RateBudget> budget = nullptr;  // of the credential; null = no limit
    std::string integration = "";                        // whose turn it is in the budget
    ResumePoint resume = {};
    auth::AllowedHosts download_hosts = {};  // asked without the sign-in
    ExchangeLog* exchanges = nullptr;        // null: nobody asks what was sent
  };
  explicit VendorClient(Options options);
  // Ends the sign-in at the vendor, which may take Authenticator::kEndTimeout.
  ~VendorClient();
  VendorClient(const VendorClient&) = delete;
  VendorClient& operator=(const VendorClient&) = delete;

  // Sends a request that is not signed yet; it gets a User-Agent unless it has its own.
  // Redirects are followed as the sign-in permits. Any status is a success; `judge` looks at each
  // answer first and may want another. A GET of a download host goes without the sign-in.
  // VENDOR_UNREACHABLE, VENDOR_TIMEOUT, VENDOR_TLS, VENDOR_THROTTLED, BODY_TRUNCATED,
  // RESPONSE_TOO_LARGE, ADDRESS_NOT_ALLOWED, HOST_NOT_ALLOWED, SIGN_IN_FAILED, REAUTH_REQUIRED,
  // RATE_LIMITED, …; CANCELLED; an http::Park when the run is to wait elsewhere: it must reach the
  // run as one. `observer` is told of every try; may be null.
  absl::StatusOr<http::Response> Send(http::Request request, std::stop_token stop,
                                      const http::RetryingTransport::Judge& judge = {},
                                      http::TryObserver* observer = nullptr);

  // As Send, but once, whatever comes of it, and in this time, which an exchange of the sign-in
  // that it needs first does not count for.
  absl::StatusOr<http::Response> SendOnce(http::Request request, std::chrono::milliseconds timeout,
                                          std::stop_token stop);

  // A pause that is not for a request's next try, shown as those are. What was answered before it
  // can be asked for again: a park loses nothing. What http::Patience::Sit says.
  absl::Status Sit(const http::Wait& wait, std::stop_token stop);

  // Whether requests to that place go without the sign-in, as Options::download_hosts says.
  bool GoesUnsigned(const http::Url& url) const { return download_hosts_.Contains(url); }

  // How often the sign-in was renewed so far: to be read before a request is sent.
  std::int64_t renewals() const { return signing_.renewals(); }
  // Takes an answer for a refused sign-in, whatever its status. True when it could be renewed, or
  // was by somebody since there were `renewals_before`, and the request is worth another try. The
  // errors of Authenticator::Renew.
  absl::StatusOr<bool> RenewSignIn(const http::Response& answer, std::int64_t renewals_before,
                                   std::stop_token stop);

  // Where a link in the answer to the request for `asked` leads, if it may be followed: absolute,
  // and without what the sign-in put into it. HOST_NOT_ALLOWED, URL_INVALID.
  absl::StatusOr<std::string> ResolveLink(const http::Url& asked, std::string_view link) const;

  // An error without the secrets that it repeats from the vendor's words: the members of a body, a
  // link, a value that an expression could not work with (I5). Any thread may call it.
  absl::Status Scrubbed(const absl::Status& status) const;
  // The same for a text; outlives the client.
  using Scrub = std::function<std::string(std::string)>;
  Scrub MakeScrub() const;

  auth::Authenticator& authenticator() { return *authenticator_; }
  const auth::Authenticator& authenticator() const { return *authenticator_; }
  const Limits& limits() const { return limits_; }
  const base::Clock& clock() const { return clock_; }
  // Where what is sent is noted; null: nowhere.
  ExchangeLog* exchanges() const { return exchanges_; }
  // Requests that went out so far, tries included. Any thread may call it.
  std::int64_t request_count() const { return transport_.request_count(); }
  // Those of them that were sent again, with what the run had used before it was parked.
  std::int64_t retry_count() const { return transport_.retry_count(); }
  // A page is complete: what was put off before it is done, and a park would lose nothing.
  void EndPage() {
    transport_.GoOnWith(1);
    patience_.EndPage();
  }

 private:
  // Tells of a wait, once when several threads wait for the same.
  http::Patience::OnWait Teller(http::Patience::OnWait on_wait);

  const std::shared_ptr<auth::Authenticator> authenticator_;  // shared with MakeScrub
  const Limits limits_;
  const base::Clock& clock_;
  const std::string user_agent_;
  const auth::AllowedHosts download_hosts_;
  ExchangeLog* const exchanges_;
  std::mutex wait_mutex_;                                  // around on_wait
  base::SteadyTime told_until_ = base::SteadyTime::min();  // end of the waits told; wait_mutex_
  http::Patience patience_;
  // From the vendor outwards. What waits stands around what signs: no signature grows old.
  auth::SigningTransport signing_;
  http::LimitedTransport limited_;
  auth::RedirectingTransport redirecting_;
  auth::RedirectingTransport unlimited_;  // for what is sent once: nothing waits for the budget
  http::RetryingTransport transport_;
};

}  // namespace syncline::pull
