#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "auth/authenticator.h"
#include "base/clock.h"
#include "base/random.h"
#include "http/patience.h"
#include "http/rate_budget.h"
#include "http/transport.h"
#include "pull/details.h"
#include "pull/exchange_log.h"
#include "pull/identity_position.h"
#include "pull/job_clean_ups.h"
#include "pull/known_records.h"
#include "pull/limits.h"
#include "pull/page.h"
#include "pull/paging_outlook.h"
#include "pull/partition_pages.h"
#include "pull/request_scope.h"
#include "pull/validate_integration.h"
#include "pull/vendor_client.h"
#include "request/vars.h"
#include "syncline/v1/integration.pb.h"

namespace syncline::pull {

// Yields the pages of one integration in one row, numbered, each with the checkpoint after it. How
// a single list is walked is ListWalk's, how the lists of a fan-out follow each other is
// PartitionPages'. With a credential of several identities, all of it is walked once with each; one
// that is refused is an empty page and ends no other. Blocking. Made per run, used by one thread at
// a time. What it holds is bounded by a page, and one for each partition and level (I7).
class Puller {
 public:
  // The references must outlive the puller.
  struct Options {
    v1::Integration integration;
    std::unique_ptr<auth::Authenticator> authenticator;  // of the integration's credential
    http::Transport& transport;                          // one try each; retries are made here
    const base::Clock& clock;
    base::Random& random;
    base::Time run_start;  // what templates see as run.start_time
    // Of an integration with `incremental`; null = the whole list is walked, as in its first run.
    StateSource* states = nullptr;
    const KnownRecords* known = nullptr;  // null: no record counts as unchanged
    std::int64_t mapping_version = 0;     // with which records were written
    // Called by one thread at a time, not always that which pulls.
    http::Patience::OnWait on_wait = {};
    http::Backoff backoff = {};
    std::string user_agent = "Syncline";
    std::shared_ptr<http::RateBudget> budget = nullptr;  // of the credential; null = no limit
    VendorClient::ResumePoint resume = {};
    // Told, by the thread that pulls, of export jobs that could not be cleaned up.
    JobCleanUps::OnFailure on_clean_up_failed = {};
    ExchangeLog* exchanges = nullptr;  // where what is sent is noted; null: nowhere
    // For a preview: of how many records of a page the details are asked for (0 = all), and who is
    // told how paging goes on.
    std::size_t detailed_record_max = 0;
    PagingOutlook* outlook = nullptr;
  };

  // INVALID_ARGUMENT as ValidateIntegration says.
  static absl::StatusOr<std::unique_ptr<Puller>> Make(Options options);
  Puller(const Puller&) = delete;
  Puller& operator=(const Puller&) = delete;

  // Goes on after `pages_committed` pages, the last of which carried `checkpoint`. Before the first
  // Next. INTERNAL when the two do not fit together or the text is none of ours; SIGN_IN_FAILED
  // when the credential's identities are others by now.
  absl::Status Resume(std::int64_t pages_committed, std::string_view checkpoint);

  // The next page; nullopt after the last one. A failed page may be asked for again. What an answer
  // can be refused for: VENDOR_UNREACHABLE, VENDOR_TIMEOUT, VENDOR_TLS, VENDOR_THROTTLED,
  // VENDOR_ERROR, AUTH_FAILED, HOST_NOT_ALLOWED, URL_INVALID, BODY_TRUNCATED, RESPONSE_TOO_LARGE,
  // UNEXPECTED_CONTENT_TYPE, JSON_INVALID, JSON_TOO_DEEP, TEXT_INVALID, RECORDS_NOT_FOUND,
  // RECORDS_NOT_A_LIST, SIGN_IN_FAILED, REAUTH_REQUIRED, PAGINATION_LOOP, PAGE_LIMIT_REACHED,
  // EXPRESSION_FAILED, EXPRESSION_TOO_COSTLY, TEMPLATE_VALUE_MISSING, PARTITION_LIMIT_REACHED,
  // RESULT_WINDOW_EXCEEDED, EXPORT_JOB_FAILED, EXPORT_JOB_TIMEOUT; CANCELLED; what
  // StateSource::Find and KnownRecords say.
  absl::StatusOr<std::optional<Page>> Next(std::stop_token stop);

  // After the last Next: gives up what was asked for ahead, and waits for the threads that did.
  void StopPulling() { pages_.reset(); }

  // Pages up to this one are committed, so the export jobs that ended with them are not needed any
  // more. Any thread may call it.
  void Committed(std::int64_t page_number) { clean_ups_.Committed(page_number); }
  // After the last Next, when the run is over here: cleans up the export jobs that nobody needs any
  // more. `ended`: for good, so that nobody goes on with any of them. Takes 10 s for each at most.
  void CleanUp(bool ended, std::stop_token stop) { clean_ups_.SendRest(ended, std::move(stop)); }

  // Takes the secrets of the sign-in out of a text that the vendor wrote (I5): what is stored or
  // shown beside good records, rejects for one. Any thread may call it at any time, also after the
  // puller is gone.
  using Scrub = VendorClient::Scrub;
  Scrub MakeScrub() const { return client_.MakeScrub(); }

  // With defaults filled in, for the run's own bounds.
  const Limits& limits() const { return client_.limits(); }

 private:
  explicit Puller(Options options);
  absl::Status Prepare(const Details::Known& known, std::size_t detailed_record_max);

  absl::StatusOr<std::optional<Page>> NextPage(std::stop_token stop);
  absl::StatusOr<Page> Pull(std::stop_token stop);
  // The empty page in place of an identity whose pages ended with `status`, or that error: when it
  // is no refusal, or when nobody is left to walk the list.
  absl::StatusOr<Page> PageOfRefusal(const absl::Status& status);
  // At the first page of the list, with that identity.
  void BeginIdentity(int index, std::int64_t pages_before);

  const v1::Integration integration_;
  const request::Vars vars_;
  const RunScope run_;
  VendorClient client_;
  JobCleanUps clean_ups_;
  StateSource* const states_;
  PagingOutlook* const outlook_;
  CompiledIntegration compiled_;
  std::optional<Details> details_;
  std::unique_ptr<PartitionPages> pages_;  // with the identity that is selected
  IdentityPosition identity_;
  std::int64_t page_number_ = 1;    // of the next page
  std::int64_t requests_told_ = 0;  // on the pages so far: others may go out between two of them
  std::int64_t retries_told_ = 0;   // likewise
  bool done_ = false;
};

}  // namespace syncline::pull
