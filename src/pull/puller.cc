#include "pull/puller.h"

#include <fmt/format.h>

#include <utility>

#include "base/status.h"
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
               .user_agent = std::move(options.user_agent)}),
      states_(options.states) {}

absl::StatusOr<std::unique_ptr<Puller>> Puller::Make(Options options) {
  SYNCLINE_RETURN_IF_ERROR(ValidateIntegration(options.integration));
  std::unique_ptr<Puller> puller(new Puller(std::move(options)));
  SYNCLINE_ASSIGN_OR_RETURN(puller->compiled_,
                            CompileIntegration(puller->integration_, puller->run_));
  SYNCLINE_RETURN_IF_ERROR(puller->BeginIdentity(0, 0));
  return puller;
}

absl::Status Puller::BeginIdentity(int index, std::int64_t pages_before) {
  client_.authenticator().Select(index);
  identity_.index = index;
  identity_.name = client_.authenticator().IdentityName(index);
  ListWalk::Place place{.client = client_, .run = run_, .names = run_.names()};
  place.incremental = compiled_.incremental;
  place.states = states_;
  // Each identity has a list of its own.
  if (client_.authenticator().identity_count() > 1) place.partition = identity_.name;
  SYNCLINE_ASSIGN_OR_RETURN(ListWalk walk, ListWalk::Begin(compiled_.list, std::move(place)));
  walk_.emplace(std::move(walk));
  identity_.pages_before = pages_before;
  return absl::OkStatus();
}

absl::Status Puller::Resume(std::int64_t pages_committed, std::string_view checkpoint) {
  if (pages_committed == 0 && checkpoint.empty()) return absl::OkStatus();
  if (checkpoint.empty()) {  // the last committed page was the last one
    done_ = true;
    return absl::OkStatus();
  }
  std::string walk(checkpoint);
  const auth::Authenticator& authenticator = client_.authenticator();
  if (authenticator.identity_count() > 1) {
    SYNCLINE_ASSIGN_OR_RETURN(const IdentityPosition position,
                              ReadIdentityPosition(checkpoint, &walk));
    const bool known = position.index < authenticator.identity_count() &&
                       authenticator.IdentityName(position.index) == position.name;
    if (!known) {
      return base::Error(
          base::Reason::kSignInFailed,
          "The credential has other roles than when the run began; start a new run.");
    }
    SYNCLINE_RETURN_IF_ERROR(BeginIdentity(position.index, position.pages_before));
    identity_.refused = position.refused;
  }
  SYNCLINE_RETURN_IF_ERROR(walk_->Restore(walk));
  if (page_number() == pages_committed + 1) return absl::OkStatus();
  return base::Error(base::Reason::kInternal,
                     fmt::format("The checkpoint asks for page {} after {} committed pages.",
                                 page_number(), pages_committed));
}

absl::StatusOr<std::optional<Page>> Puller::Next(std::stop_token stop) {
  absl::StatusOr<std::optional<Page>> page = NextPage(std::move(stop));
  if (!page.ok()) return client_.Scrubbed(page.status());
  return page;
}

absl::StatusOr<Page> Puller::Pull(std::stop_token stop) {
  Page page{.number = page_number()};
  SYNCLINE_ASSIGN_OR_RETURN(ListPage pulled, walk_->Next(std::move(stop)));
  page.document = std::move(pulled.document);
  page.memory = std::move(pulled.memory);
  page.records = pulled.records;
  page.response_bytes = pulled.response_bytes;
  page.last = pulled.last;
  if (pulled.state.has_value()) {
    page.states.push_back({walk_->partition(), *pulled.state});
  }
  return page;
}

absl::StatusOr<Page> Puller::PageOfRefusal(const absl::Status& status) {
  const base::Reason reason = base::ReasonOf(status);
  const bool refused = reason == base::Reason::kSignInFailed || reason == base::Reason::kAuthFailed;
  const int count = client_.authenticator().identity_count();
  if (!refused || count == 1 || identity_.refused + 1 == count) return status;
  ++identity_.refused;
  Page page{.number = page_number(), .records = expression::Value::Array({}), .last = true};
  page.refusal = {client_.authenticator().IdentityName(identity_.index),
                  model::MakeRunError(client_.Scrubbed(status))};
  return page;
}

absl::StatusOr<std::optional<Page>> Puller::NextPage(std::stop_token stop) {
  if (done_) return std::optional<Page>();
  const std::int64_t most = client_.limits().page_count_max;
  if (page_number() > most) {
    return base::Error(
        base::Reason::kPageLimitReached,
        fmt::format("The list goes on after {} pages, the limit of the integration.", most),
        {{"page_count_max", std::to_string(most)}});
  }
  const std::int64_t requests_before = client_.request_count();
  absl::StatusOr<Page> page = Pull(std::move(stop));
  if (!page.ok()) page = PageOfRefusal(page.status());
  if (!page.ok()) return page.status();
  page->request_count = client_.request_count() - requests_before;
  const int identity_count = client_.authenticator().identity_count();
  if (identity_count == 1) page->total_records = walk_->total();  // each has a list of its own
  if (page->last && identity_.index + 1 < identity_count) {
    SYNCLINE_RETURN_IF_ERROR(BeginIdentity(identity_.index + 1, page->number));
    page->last = false;
  }
  page->whole_list = compiled_.incremental == nullptr || states_ == nullptr;
  page->partial = identity_.refused > 0;
  if (!page->last) {
    page->checkpoint = identity_count > 1 ? WriteIdentityPosition(identity_, walk_->Checkpoint())
                                          : walk_->Checkpoint();
  }
  done_ = page->last;
  return *std::move(page);
}

}  // namespace syncline::pull
