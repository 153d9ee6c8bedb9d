#include "pull/puller.h"

#include <fmt/format.h>

#include <utility>

#include "base/status.h"
#include "pull/export_job_plan.h"
#include "pull/record_versions.h"
#include "pull/validate_integration.h"

namespace syncline::pull {

Puller::Puller(Options options)
    : integration_(std::move(options.integration)),
      vars_(request::Sorted(integration_.vars())),
      run_(vars_, options.run_start),
      client_({.authenticator = std::move(options.authenticator),
               .transport = options.transport,
               .clock = options.clock,
               .random = options.random,
               .limits = ResolveLimits(integration_.limits()),
               .on_wait = std::move(options.on_wait),
               .backoff = options.backoff,
               .user_agent = std::move(options.user_agent),
               .budget = std::move(options.budget),
               .integration = integration_.name(),
               .resume = options.resume,
               .download_hosts = DownloadHosts(integration_.export_job()),
               .exchanges = options.exchanges}),
      clean_ups_(client_, std::move(options.on_clean_up_failed)),
      states_(options.states),
      outlook_(options.outlook),
      retries_told_(options.resume.retries) {}

absl::StatusOr<std::unique_ptr<Puller>> Puller::Make(Options options) {
  SYNCLINE_RETURN_IF_ERROR(ValidateIntegration(options.integration));
  const Details::Known known{options.known, SaltOf(options.integration, options.mapping_version)};
  const std::size_t detailed_record_max = options.detailed_record_max;
  std::unique_ptr<Puller> puller(new Puller(std::move(options)));
  SYNCLINE_RETURN_IF_ERROR(puller->Prepare(known, detailed_record_max));
  return puller;
}

absl::Status Puller::Prepare(const Details::Known& known, std::size_t detailed_record_max) {
  SYNCLINE_ASSIGN_OR_RETURN(compiled_, CompileIntegration(integration_, run_));
  details_.emplace(compiled_.details, known, client_, run_, detailed_record_max);
  BeginIdentity(0, 0);
  return absl::OkStatus();
}

void Puller::BeginIdentity(int index, std::int64_t pages_before) {
  pages_.reset();  // nothing may be on the wire while the sign-in changes
  client_.authenticator().Select(index);
  clean_ups_.SelectIdentity(index);
  identity_.index = index;
  identity_.name = client_.authenticator().IdentityName(index);
  ListWalk::Place place{.client = client_, .run = run_, .names = run_.names()};
  place.incremental = compiled_.incremental;
  place.states = states_;
  place.clean_ups = &clean_ups_;
  place.outlook = outlook_;
  // Each identity has a list of its own.
  if (client_.authenticator().identity_count() > 1) place.partition = identity_.name;
  pages_ = std::make_unique<PartitionPages>(compiled_.fan_out, compiled_.list, *details_,
                                            std::move(place));
  identity_.pages_before = pages_before;
}

absl::Status Puller::Resume(std::int64_t pages_committed, std::string_view checkpoint) {
  if (pages_committed == 0 && checkpoint.empty()) return absl::OkStatus();
  if (checkpoint.empty()) {  // the last committed page was the last one
    done_ = true;
    return absl::OkStatus();
  }
  std::string walk(checkpoint);
  const auth::Authenticator& authenticator = client_.authenticator();
  if (authenticator.identity_count() > 1 || HasIdentityPosition(checkpoint)) {
    SYNCLINE_ASSIGN_OR_RETURN(const IdentityPosition position,
                              ReadIdentityPosition(checkpoint, &walk));
    const bool known = position.index < authenticator.identity_count() &&
                       authenticator.IdentityName(position.index) == position.name;
    if (!known) {
      return base::Error(
          base::Reason::kSignInFailed,
          "The credential has other roles than when the run began; start a new run.");
    }
    BeginIdentity(position.index, position.pages_before);
    identity_.refused = position.refused;
    identity_.doubted = position.doubted;
  }
  SYNCLINE_RETURN_IF_ERROR(pages_->Resume(walk));
  page_number_ = pages_committed + 1;
  const std::int64_t asked = identity_.pages_before + pages_->page_number();
  if (integration_.has_fan_out() || asked == page_number_) return absl::OkStatus();
  return base::Error(base::Reason::kInternal,
                     fmt::format("The checkpoint asks for page {} after {} committed pages.", asked,
                                 pages_committed));
}

absl::StatusOr<std::optional<Page>> Puller::Next(std::stop_token stop) {
  absl::StatusOr<std::optional<Page>> page = NextPage(std::move(stop));
  if (!page.ok()) return client_.Scrubbed(page.status());
  return page;
}

absl::StatusOr<Page> Puller::Pull(std::stop_token stop) {
  SYNCLINE_ASSIGN_OR_RETURN(PartitionPages::Page pulled, pages_->Next(std::move(stop)));
  Page page{.number = page_number_};
  page.document = std::move(pulled.page.document);
  page.memory = std::move(pulled.page.memory);
  page.records = pulled.detailed.records;
  page.details = std::move(pulled.detailed.owner);
  page.failed = std::move(pulled.detailed.failed);
  page.unchanged = std::move(pulled.detailed.unchanged);
  page.versions = std::move(pulled.detailed.versions);
  page.tolerated_count = pulled.detailed.tolerated_count;
  page.partition = std::move(pulled.partition);
  page.response_bytes = pulled.page.response_bytes + pulled.detailed.response_bytes;
  page.total_records = pulled.total;
  if (pulled.page.ends_job) clean_ups_.EndWith(page.number);
  page.last = pulled.page.last;
  page.begins_list = pulled.page.begins_list;
  page.paging = std::move(pulled.page.paging);
  if (!pulled.page.doubt.ok()) {
    page.doubt = model::MakeRunError(client_.Scrubbed(pulled.page.doubt));
    ++identity_.doubted;
  }
  page.states = std::move(pulled.states);
  page.checkpoint = std::move(pulled.checkpoint);
  return page;
}

absl::StatusOr<Page> Puller::PageOfRefusal(const absl::Status& status) {
  const base::Reason reason = base::ReasonOf(status);
  const bool refused = reason == base::Reason::kSignInFailed || reason == base::Reason::kAuthFailed;
  const int count = client_.authenticator().identity_count();
  if (!refused || count == 1 || identity_.refused + 1 == count) return status;
  ++identity_.refused;
  Page page{.number = page_number_, .records = expression::Value::Array({}), .last = true};
  page.refusal = {client_.authenticator().IdentityName(identity_.index),
                  model::MakeRunError(client_.Scrubbed(status))};
  return page;
}

absl::StatusOr<std::optional<Page>> Puller::NextPage(std::stop_token stop) {
  if (done_) return std::optional<Page>();
  const std::int64_t most = client_.limits().page_count_max;
  if (page_number_ > most) {
    return base::Error(
        base::Reason::kPageLimitReached,
        fmt::format("The list goes on after {} pages, the limit of the integration.", most),
        {{"page_count_max", std::to_string(most)}});
  }
  clean_ups_.SendDue(stop);
  absl::StatusOr<Page> page = Pull(std::move(stop));
  if (!page.ok()) page = PageOfRefusal(page.status());
  if (!page.ok()) return page.status();
  const std::int64_t requests = client_.request_count();
  page->request_count = requests - std::exchange(requests_told_, requests);
  const std::int64_t retries = client_.retry_count();
  page->retry_count = retries - std::exchange(retries_told_, retries);
  client_.EndPage();
  const int identity_count = client_.authenticator().identity_count();
  if (identity_count > 1) page->total_records = 0;  // each has a list of its own
  if (page->last && identity_.index + 1 < identity_count) {
    BeginIdentity(identity_.index + 1, page->number);
    page->last = false;
    page->checkpoint = PartitionPages::kBeginning;
  }
  page->whole_list = compiled_.incremental == nullptr || states_ == nullptr;
  page->partial = identity_.refused > 0 || identity_.doubted > 0;
  if (!page->last && (identity_count > 1 || identity_.doubted > 0)) {
    page->checkpoint = WriteIdentityPosition(identity_, page->checkpoint);
  }
  done_ = page->last;
  ++page_number_;
  return *std::move(page);
}

}  // namespace syncline::pull
