#include "pull/puller.h"

#include <fmt/format.h>

#include <utility>

#include "base/status.h"
#include "pull/response_rules.h"
#include "pull/response_scope.h"
#include "pull/validate_integration.h"

namespace syncline::pull {
namespace {

constexpr int kNoContent = 204;

v1::Pagination PaginationOf(const v1::Integration& integration) {
  v1::Pagination pagination = integration.pagination();
  if (!integration.has_pagination()) pagination.mutable_none();
  return pagination;
}

// Computed records may refer to the literals of the expression that yielded them, so the page holds
// both.
struct PageMemory {
  PageMemory(const expression::Expression& expression, base::Time now)
      : records(expression), evaluation(now) {}
  const expression::Expression records;
  expression::Evaluation evaluation;
};

// Whatever of the vendor's words an error repeats: the members of a body, a link, a value that an
// expression could not work with.
absl::Status Scrubbed(const absl::Status& status, const auth::Authenticator& authenticator) {
  base::ErrorMetadata metadata = base::MetadataOf(status);
  for (auto& [key, value] : metadata) value = authenticator.Scrub(std::move(value));
  absl::Status scrubbed =
      base::Error(base::ReasonOf(status), authenticator.Scrub(base::MessageOf(status)), metadata);
  const auto delay = base::RetryAfterOf(status);
  return delay.has_value() ? base::WithRetryAfter(std::move(scrubbed), *delay) : scrubbed;
}

http::RetryingTransport::OnWait ScrubbedWaits(http::RetryingTransport::OnWait on_wait,
                                              const auth::Authenticator& authenticator) {
  if (!on_wait) return on_wait;
  return [on_wait = std::move(on_wait), &authenticator](const http::Wait& wait) {
    http::Wait scrubbed = wait;
    scrubbed.message = authenticator.Scrub(std::move(scrubbed.message));
    on_wait(scrubbed);
  };
}

http::RetryLimits RetryLimitsOf(const Limits& limits, const http::Backoff& backoff) {
  return {.attempt_count_max = limits.attempt_count_max, .backoff = backoff};
}

}  // namespace

Puller::Puller(Options options, RequestTemplate request, paging::Walk walk,
               expression::Expression records)
    : integration_(std::move(options.integration)),
      authenticator_(std::move(options.authenticator)),
      limits_(ResolveLimits(integration_.limits())),
      signing_(options.transport, *authenticator_),
      transport_(signing_, RetryLimitsOf(limits_, options.backoff), options.clock, options.random,
                 ScrubbedWaits(std::move(options.on_wait), *authenticator_)),
      clock_(options.clock),
      run_start_(options.run_start),
      user_agent_(std::move(options.user_agent)),
      request_(std::move(request)),
      walk_(std::move(walk)),
      records_(std::move(records)) {
  identity_.name = authenticator_->IdentityName(0);
}

Puller::~Puller() { authenticator_->End(); }

Puller::Scrub Puller::MakeScrub() const {
  return [authenticator = authenticator_](std::string text) {
    return authenticator->Scrub(std::move(text));
  };
}

absl::StatusOr<std::unique_ptr<Puller>> Puller::Make(Options options) {
  const v1::Integration& integration = options.integration;
  SYNCLINE_RETURN_IF_ERROR(ValidateIntegration(integration));
  SYNCLINE_ASSIGN_OR_RETURN(RequestTemplate request, RequestTemplate::Compile(integration));
  SYNCLINE_ASSIGN_OR_RETURN(paging::Walk walk, paging::Walk::Make(PaginationOf(integration)));
  SYNCLINE_ASSIGN_OR_RETURN(
      expression::Expression records,
      expression::Expression::Compile(integration.records().empty() ? "@" : integration.records()));
  return std::unique_ptr<Puller>(
      new Puller(std::move(options), std::move(request), std::move(walk), std::move(records)));
}

absl::Status Puller::BeginIdentity(int index, std::int64_t pages_before) {
  SYNCLINE_ASSIGN_OR_RETURN(walk_, paging::Walk::Make(PaginationOf(integration_)));
  authenticator_->Select(index);
  identity_.index = index;
  identity_.name = authenticator_->IdentityName(index);
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
  if (authenticator_->identity_count() > 1) {
    SYNCLINE_ASSIGN_OR_RETURN(const IdentityPosition position,
                              ReadIdentityPosition(checkpoint, &walk));
    const bool known = position.index < authenticator_->identity_count() &&
                       authenticator_->IdentityName(position.index) == position.name;
    if (!known) {
      return base::Error(
          base::Reason::kSignInFailed,
          "The credential has other roles than when the run began; start a new run.");
    }
    SYNCLINE_RETURN_IF_ERROR(BeginIdentity(position.index, position.pages_before));
    identity_.refused = position.refused;
  }
  SYNCLINE_RETURN_IF_ERROR(walk_.Restore(walk));
  if (page_number() == pages_committed + 1) return absl::OkStatus();
  return base::Error(base::Reason::kInternal,
                     fmt::format("The checkpoint asks for page {} after {} committed pages.",
                                 page_number(), pages_committed));
}

absl::StatusOr<http::Response> Puller::Fetch(const paging::PageRequest& page, http::Url* asked,
                                             std::stop_token stop) {
  SYNCLINE_ASSIGN_OR_RETURN(http::Request request, request_.Render(page, run_start_));
  *asked = request.url;
  for (const auto& [name, value] : {std::pair<std::string, std::string>("User-Agent", user_agent_),
                                    {"Accept", "application/json"}}) {
    if (!request.headers.Find(name).has_value()) request.headers.Add(name, value);
  }
  const http::TransportLimits limits{
      .total_timeout = limits_.request_timeout,
      .body_bytes_max = static_cast<std::size_t>(limits_.page_bytes_max)};
  return transport_.Send(request, limits, std::move(stop));
}

absl::Status Puller::Decode(http::Response* response, Page* page) const {
  page->response_bytes = static_cast<std::int64_t>(response->body.size());
  const bool is_empty = IsWithoutContent(*response);
  SYNCLINE_ASSIGN_OR_RETURN(
      page->document,
      json::Document::Parse(is_empty ? "[]" : std::move(response->body),
                            {.bytes_max = static_cast<std::size_t>(limits_.page_bytes_max)}));
  const auto memory = std::make_shared<PageMemory>(records_, clock_.Now());
  page->memory = std::shared_ptr<expression::Evaluation>(memory, &memory->evaluation);
  const expression::Value body(page->document->root());
  if (is_empty) {
    page->records = body;
    return absl::OkStatus();
  }
  SYNCLINE_ASSIGN_OR_RETURN(
      page->records, FindRecords(memory->records, body, integration_.response(), *page->memory));
  return absl::OkStatus();
}

absl::StatusOr<std::string> Puller::ResolveLink(const http::Url& asked,
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

absl::StatusOr<std::optional<Page>> Puller::Next(std::stop_token stop) {
  absl::StatusOr<std::optional<Page>> page = NextPage(std::move(stop));
  if (!page.ok()) return Scrubbed(page.status(), *authenticator_);
  return page;
}

absl::StatusOr<Page> Puller::Pull(bool* more, std::stop_token stop) {
  const paging::PageRequest request = walk_.request();
  http::Url asked;
  SYNCLINE_ASSIGN_OR_RETURN(http::Response response, Fetch(request, &asked, std::move(stop)));
  SYNCLINE_RETURN_IF_ERROR(
      JudgeResponse(response, asked, integration_.response(), *authenticator_));

  Page page;
  page.number = page_number();
  SYNCLINE_RETURN_IF_ERROR(Decode(&response, &page));
  const ResponseScope scope(response.headers, response.status,
                            expression::Value(page.document->root()), page.records, request.scope);
  SYNCLINE_ASSIGN_OR_RETURN(
      *more,
      walk_.Advance({.records = page.records,
                     .scope = scope.value(),
                     .resolve = [&](std::string_view link) { return ResolveLink(asked, link); }}));
  return page;
}

absl::StatusOr<Page> Puller::PageOfRefusal(const absl::Status& status) {
  const base::Reason reason = base::ReasonOf(status);
  const bool refused = reason == base::Reason::kSignInFailed || reason == base::Reason::kAuthFailed;
  const int count = authenticator_->identity_count();
  if (!refused || count == 1 || identity_.refused + 1 == count) return status;
  ++identity_.refused;
  Page page;
  page.number = page_number();
  page.refusal = {authenticator_->IdentityName(identity_.index),
                  model::MakeRunError(Scrubbed(status, *authenticator_))};
  http::Response nothing{.status = kNoContent};
  SYNCLINE_RETURN_IF_ERROR(Decode(&nothing, &page));
  return page;
}

absl::StatusOr<std::optional<Page>> Puller::NextPage(std::stop_token stop) {
  if (done_) return std::optional<Page>();
  if (page_number() > limits_.page_count_max) {
    return base::Error(base::Reason::kPageLimitReached,
                       fmt::format("The list goes on after {} pages, the limit of the integration.",
                                   limits_.page_count_max),
                       {{"page_count_max", std::to_string(limits_.page_count_max)}});
  }
  const std::int64_t requests_before = transport_.request_count();
  bool more = false;
  absl::StatusOr<Page> page = Pull(&more, std::move(stop));
  if (!page.ok()) page = PageOfRefusal(page.status());
  if (!page.ok()) return page.status();
  page->request_count = transport_.request_count() - requests_before;
  const bool several = authenticator_->identity_count() > 1;
  if (!several) page->total_records = walk_.total();  // each has a list of its own
  if (!more && identity_.index + 1 < authenticator_->identity_count()) {
    SYNCLINE_RETURN_IF_ERROR(BeginIdentity(identity_.index + 1, page->number));
    more = true;
  }
  page->partial = identity_.refused > 0;
  page->last = !more;
  if (more) {
    page->checkpoint =
        several ? WriteIdentityPosition(identity_, walk_.Checkpoint()) : walk_.Checkpoint();
  }
  done_ = !more;
  return *std::move(page);
}

}  // namespace syncline::pull
