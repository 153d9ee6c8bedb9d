#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "auth/authenticator.h"
#include "auth/signing_transport.h"
#include "base/clock.h"
#include "base/random.h"
#include "expression/expression.h"
#include "http/retrying_transport.h"
#include "http/transport.h"
#include "paging/walk.h"
#include "pull/identity_position.h"
#include "pull/limits.h"
#include "pull/page.h"
#include "pull/request_template.h"
#include "syncline/v1/integration.pb.h"

namespace syncline::pull {

// Walks the pages of one integration: renders the request, signs it, sends it with retries, judges
// the answer, finds the records, and works out how to ask for the next page. With a credential of
// several identities, the list is walked once with each, in one row of pages; one that is refused
// is an empty page and ends no other. Blocking. Made per run, used by one thread at a time. What it
// holds is bounded by one page (I7).
class Puller {
 public:
  // The references must outlive the puller.
  struct Options {
    v1::Integration integration;
    std::unique_ptr<auth::Authenticator> authenticator;  // of the integration's credential
    http::Transport& transport;                          // one try each; retries are made here
    const base::Clock& clock;
    base::Random& random;
    base::Time run_start;                          // what templates see as run.start_time
    http::RetryingTransport::OnWait on_wait = {};  // called by the thread that pulls
    http::Backoff backoff = {};
    std::string user_agent = "Syncline";
  };

  // INVALID_ARGUMENT as ValidateIntegration says.
  static absl::StatusOr<std::unique_ptr<Puller>> Make(Options options);

  // Goes on after `pages_committed` pages, the last of which carried `checkpoint`. Before the first
  // Next. INTERNAL when the two do not fit together or the text is none of ours; SIGN_IN_FAILED
  // when the credential's identities are others by now.
  absl::Status Resume(std::int64_t pages_committed, std::string_view checkpoint);

  // The next page; nullopt after the last one. A failed page may be asked for again. What an answer
  // can be refused for: VENDOR_UNREACHABLE, VENDOR_TIMEOUT, VENDOR_TLS, VENDOR_THROTTLED,
  // VENDOR_ERROR, AUTH_FAILED, HOST_NOT_ALLOWED, URL_INVALID, BODY_TRUNCATED, RESPONSE_TOO_LARGE,
  // UNEXPECTED_CONTENT_TYPE, JSON_INVALID, JSON_TOO_DEEP, TEXT_INVALID, RECORDS_NOT_FOUND,
  // RECORDS_NOT_A_LIST, SIGN_IN_FAILED, REAUTH_REQUIRED, PAGINATION_LOOP, PAGE_LIMIT_REACHED,
  // EXPRESSION_FAILED, EXPRESSION_TOO_COSTLY, TEMPLATE_VALUE_MISSING; CANCELLED.
  absl::StatusOr<std::optional<Page>> Next(std::stop_token stop);

  // Ends the sign-in at the vendor, which may take Authenticator::kEndTimeout.
  ~Puller();
  Puller(const Puller&) = delete;
  Puller& operator=(const Puller&) = delete;

  // Takes the secrets of the sign-in out of a text that the vendor wrote (I5): what is stored or
  // shown beside good records, rejects for one. Any thread may call it at any time, also after the
  // puller is gone.
  using Scrub = std::function<std::string(std::string)>;
  Scrub MakeScrub() const;

  // With defaults filled in, for the run's own bounds.
  const Limits& limits() const { return limits_; }

 private:
  Puller(Options options, RequestTemplate request, paging::Walk walk,
         expression::Expression records);

  absl::StatusOr<std::optional<Page>> NextPage(std::stop_token stop);
  // The page where the walk stands, and whether the walk goes on after it.
  absl::StatusOr<Page> Pull(bool* more, std::stop_token stop);
  // The empty page in place of an identity whose pages ended with `status`, or that error: when it
  // is no refusal, or when nobody is left to walk the list.
  absl::StatusOr<Page> PageOfRefusal(const absl::Status& status);
  absl::Status BeginIdentity(int index, std::int64_t pages_before);
  std::int64_t page_number() const { return identity_.pages_before + walk_.page_number(); }
  // Sends the request for the page where the walk stands; `asked` is its URL without the sign-in.
  absl::StatusOr<http::Response> Fetch(const paging::PageRequest& page, http::Url* asked,
                                       std::stop_token stop);
  // Decodes the body into `page` and finds its records.
  absl::Status Decode(http::Response* response, Page* page) const;
  // Where a next link leads, if it may be followed.
  absl::StatusOr<std::string> ResolveLink(const http::Url& asked, std::string_view link) const;

  const v1::Integration integration_;
  const std::shared_ptr<auth::Authenticator> authenticator_;  // shared with MakeScrub
  const Limits limits_;
  auth::SigningTransport signing_;
  http::RetryingTransport transport_;  // around signing_: each try is signed anew
  const base::Clock& clock_;
  const base::Time run_start_;
  const std::string user_agent_;
  const RequestTemplate request_;
  paging::Walk walk_;  // with the identity that is selected
  IdentityPosition identity_;
  const expression::Expression records_;
  bool done_ = false;
};

}  // namespace syncline::pull
