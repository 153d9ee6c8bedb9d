#include "pull/export_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "auth/shown_text.h"
#include "base/status.h"
#include "http/retry_after.h"
#include "paging/checkpoint_json.h"
#include "pull/response_rules.h"
#include "pull/response_scope.h"
#include "pull/wait_value.h"

namespace syncline::pull {
namespace {

using expression::Value;
using std::chrono::milliseconds;

// Whether an answer with one of these was refused: its status stands in the error's metadata.
bool WasAnswered(const absl::Status& status, std::initializer_list<std::string_view> statuses) {
  if (status.ok()) return false;
  const base::ErrorMetadata metadata = base::MetadataOf(status);
  const auto refused = metadata.find("status");
  return refused != metadata.end() &&
         std::ranges::find(statuses, refused->second) != statuses.end();
}

bool IsGone(const absl::Status& status) { return WasAnswered(status, {"404", "410"}); }

absl::Status AsJobFailure(std::string_view what, const absl::Status& status) {
  return base::Error(base::Reason::kExportJobFailed,
                     fmt::format("{} {}", what, base::MessageOf(status)), base::MetadataOf(status));
}

Value BodyOf(const Answer& answer) {
  return answer.without_content ? Value() : Value(answer.document->root());
}

}  // namespace

absl::Status ExportJob::Failed(std::string_view what) const {
  const std::string body =
      poll_ == nullptr ? "" : ShownBody(json::ToJson(poll_->root()), client_.authenticator());
  const std::string words =
      body.empty() ? "" : " The vendor says: " + auth::ShownText(body, auth::kMessageBytesMax);
  return base::Error(base::Reason::kExportJobFailed, std::string(what) + words, {{"body", body}});
}

absl::StatusOr<http::Request> ExportJob::CleanUpRequest(const expression::Scope& names) const {
  expression::Scope seen = names;
  AddNames(&seen);
  return plan_->clean_up->Render(seen.value(), run_start_);
}

absl::StatusOr<http::Headers> ExportJob::Order(const expression::Scope& names,
                                               std::stop_token stop) {
  SYNCLINE_ASSIGN_OR_RETURN(http::Request request, plan_->create.Render(names.value(), run_start_));
  SYNCLINE_ASSIGN_OR_RETURN(
      Answer answer,
      Ask(client_, std::move(request), *plan_->create_rules, std::move(stop), nullptr,
          {.purpose = model::ExchangePurpose::kExportJob, .name = "its order"}));
  const ResponseScope scope(names, answer.headers, answer.status, BodyOf(answer), Value::Array({}),
                            {});
  expression::Evaluation evaluation(run_start_);
  SYNCLINE_ASSIGN_OR_RETURN(const Value job, plan_->job->Evaluate(scope.value(), evaluation));
  poll_ = answer.without_content ? nullptr : answer.document;  // the vendor's words until a poll
  if (job.is_null()) {
    return Failed(
        fmt::format("The answer to the order names no job: {} is null.", plan_->job->text()));
  }
  std::string text = expression::ToJson(job);
  if (text.size() > ExportJobPlan::kJobBytesMax) {
    return Failed(
        fmt::format("The job takes {} bytes, at most {} are kept: let `job` take less of "
                    "the answer.",
                    text.size(), ExportJobPlan::kJobBytesMax));
  }
  // It is stored (I5).
  if (client_.authenticator().Scrub(text) != text) {
    return Failed("The job repeats a secret of the sign-in: let `job` take less of the answer.");
  }
  SYNCLINE_ASSIGN_OR_RETURN(job_, json::Document::Parse(std::move(text)));
  poll_ = nullptr;
  order_time_ = client_.clock().Now();
  ++orders_;
  restored_ = false;
  parts_.reset();
  part_index_ = 0;
  fingerprint_.clear();
  part_ = nullptr;
  if (clean_ups_ != nullptr && plan_->clean_up.has_value()) {
    clean_ups_->Begin(CleanUpRequest(names));
  }
  return std::move(answer.headers);
}

absl::StatusOr<ExportParts> ExportJob::ReadParts(const Answer& answer, const Value& scope) {
  if (!plan_->parts.has_value()) return ExportParts::Single();
  expression::Evaluation evaluation(run_start_);
  SYNCLINE_ASSIGN_OR_RETURN(const Value value, plan_->parts->Evaluate(scope, evaluation));
  if (!plan_->parts_are_urls) return ExportParts::OfNames(value);
  return ExportParts::OfUrls(value, [&](std::string_view link) -> absl::StatusOr<std::string> {
    auto url = client_.ResolveLink(answer.asked, link);
    if (url.ok() || base::ReasonOf(url.status()) != base::Reason::kHostNotAllowed) return url;
    return base::Error(
        base::Reason::kHostNotAllowed,
        base::MessageOf(url.status()) + " exportJob.downloadHosts names hosts that get no sign-in.",
        base::MetadataOf(url.status()));
  });
}

absl::StatusOr<bool> ExportJob::Judge(const Answer& answer, const expression::Scope& names) {
  expression::Scope seen = names;
  AddNames(&seen);
  const ResponseScope scope(seen, answer.headers, answer.status, BodyOf(answer), Value::Array({}),
                            {});
  expression::Evaluation evaluation(run_start_);
  if (plan_->failed_when.has_value()) {
    SYNCLINE_ASSIGN_OR_RETURN(const Value failed,
                              plan_->failed_when->Evaluate(scope.value(), evaluation));
    if (expression::IsTruthy(failed)) return Failed("The vendor's export job failed.");
  }
  SYNCLINE_ASSIGN_OR_RETURN(const Value ready,
                            plan_->ready_when->Evaluate(scope.value(), evaluation));
  if (expression::IsTruthy(ready)) {
    SYNCLINE_ASSIGN_OR_RETURN(parts_, ReadParts(answer, scope.value()));
    return true;
  }
  const base::Time now = client_.clock().Now();
  asked_pause_.reset();
  if (plan_->poll_wait.has_value()) {
    SYNCLINE_ASSIGN_OR_RETURN(const Value wait,
                              plan_->poll_wait->Evaluate(scope.value(), evaluation));
    SYNCLINE_ASSIGN_OR_RETURN(asked_pause_, ReadWait(wait, now));
  }
  const auto header = answer.headers.Find("Retry-After");
  if (!asked_pause_.has_value() && header.has_value()) {
    asked_pause_ = http::ParseRetryAfter(*header, now);
  }
  return false;
}

absl::StatusOr<bool> ExportJob::Poll(const expression::Scope& names, std::stop_token stop) {
  expression::Scope seen = names;
  AddNames(&seen);
  SYNCLINE_ASSIGN_OR_RETURN(http::Request request, plan_->poll.Render(seen.value(), run_start_));
  const absl::StatusOr<Answer> answer =
      Ask(client_, std::move(request), *plan_->poll_rules, std::move(stop), nullptr,
          {.purpose = model::ExchangePurpose::kExportJob, .name = "whether it is ready"});
  if (IsGone(answer.status())) {
    return AsJobFailure("The vendor does not know the export job any more.", answer.status());
  }
  if (!answer.ok()) return answer.status();
  poll_ = answer->without_content ? nullptr : answer->document;
  if (clean_ups_ != nullptr && plan_->clean_up.has_value()) {
    clean_ups_->Update(CleanUpRequest(names));
  }
  return Judge(*answer, names);
}

// The one place where an export is waited for. A run that is parked here polls when it comes back:
// the order is in the checkpoint, and with it the time from which the timeout counts.
absl::Status ExportJob::Pause(std::stop_token stop) {
  const auto passed = std::chrono::duration_cast<milliseconds>(client_.clock().Now() - order_time_);
  if (passed >= plan_->timeout) {
    const absl::Status late = Failed(fmt::format(
        "The list was not ready {} s after it was ordered.", plan_->timeout.count() / 1000));
    base::ErrorMetadata metadata = base::MetadataOf(late);
    metadata["timeout_seconds"] = std::to_string(plan_->timeout.count() / 1000);
    return base::Error(base::Reason::kExportJobTimeout, base::MessageOf(late), metadata);
  }
  milliseconds pause =
      asked_pause_.value_or(std::clamp(passed / 2, plan_->poll_interval, plan_->poll_interval_max));
  pause = std::clamp(pause, ExportJobPlan::kPauseMin, ExportJobPlan::kPauseMax);
  pause = std::min(pause, plan_->timeout - passed);
  return client_.Sit({.reason = base::Reason::kExportJobTimeout,
                      .message = "The vendor prepares the list; it is asked again then.",
                      .delay = pause,
                      .next_attempt = 1},
                     std::move(stop));
}

absl::StatusOr<ExportJob::Outcome> ExportJob::Await(const expression::Scope& names,
                                                    std::stop_token stop) {
  if (parts_.has_value()) return Outcome::kReady;
  while (true) {
    const absl::StatusOr<bool> ready = Poll(names, stop);
    if (!ready.ok() && IsGone(ready.status()) && restored_ && orders_ < kOrdersMax) {
      if (clean_ups_ != nullptr) clean_ups_->Forget();
      job_ = nullptr;
      return Outcome::kGone;
    }
    if (!ready.ok()) return ready.status();
    restored_ = false;
    if (*ready) return TakeParts();
    SYNCLINE_RETURN_IF_ERROR(Pause(stop));
  }
}

ExportJob::Outcome ExportJob::TakeParts() {
  const bool is_known = !fingerprint_.empty();
  const bool is_there =
      is_known && part_index_ < parts_->size() && parts_->Fingerprint(part_index_) == fingerprint_;
  StandOn(is_there ? part_index_ : 0);
  return is_known && !is_there ? Outcome::kMoved : Outcome::kReady;
}

void ExportJob::StandOn(std::size_t part) {
  part_index_ = part;
  part_ = nullptr;
  fingerprint_.clear();
  if (part >= parts_->size()) return;
  fingerprint_ = parts_->Fingerprint(part);
  if (!plan_->parts.has_value() || plan_->parts_are_urls) return;
  auto name = json::Document::Parse(parts_->text(part));
  if (name.ok()) part_ = *std::move(name);  // it was written by us: it parses
}

std::string_view ExportJob::part_url() const {
  return plan_->parts_are_urls ? std::string_view(parts_->text(part_index_)) : std::string_view();
}

bool ExportJob::NextPart() {
  if (part_index_ + 1 >= parts_->size()) return false;
  StandOn(part_index_ + 1);
  return true;
}

absl::StatusOr<bool> ExportJob::RenewUrl(const absl::Status& failure,
                                         const expression::Scope& names, std::stop_token stop) {
  const bool may_have_expired = WasAnswered(failure, {"401", "403", "404", "410"});
  if (!plan_->parts_are_urls || !may_have_expired) return false;
  ExportParts before = *parts_;
  const absl::StatusOr<bool> ready = Poll(names, stop);
  // Only what the vendor says of the job matters less than the failure of the download: a pause, a
  // stop or a database that is away ends nothing for good.
  const bool vendor_says = ready.ok() || base::MetadataOf(ready.status()).contains("status") ||
                           base::ReasonOf(ready.status()) == base::Reason::kExportJobFailed;
  if (!vendor_says) return ready.status();
  const bool is_there = ready.ok() && *ready && part_index_ < parts_->size() &&
                        parts_->Fingerprint(part_index_) == fingerprint_;
  if (is_there && parts_->text(part_index_) != before.text(part_index_)) return true;
  parts_ = std::move(before);  // the failure of the download tells more
  return false;
}

absl::Status ExportJob::OfDownload(const absl::Status& failure) const {
  const auto url = http::Url::Parse(part_url());
  const bool unsigned_refused =
      url.ok() && client_.GoesUnsigned(*url) && WasAnswered(failure, {"401", "403"});
  if (!IsGone(failure) && !unsigned_refused) return failure;
  return AsJobFailure("The export cannot be fetched, or not any more.", failure);
}

void ExportJob::AddNames(expression::Scope* names) const {
  const auto value_of = [](const std::shared_ptr<const json::Document>& document) {
    return document == nullptr ? Value() : Value(document->root());
  };
  names->Set(kJob, value_of(job_));
  names->Set(kPoll, value_of(poll_));
  if (plan_->parts.has_value() && !plan_->parts_are_urls) names->Set(kPart, value_of(part_));
}

std::string ExportJob::Checkpoint(std::string_view list) const {
  const auto time = std::chrono::duration_cast<milliseconds>(order_time_.time_since_epoch());
  return fmt::format(
      R"({{"job":{},"order_time":{},"orders":{},"part":{},"fingerprint":"{}","list":{}}})",
      json::ToJson(job_->root()), time.count(), orders_, part_index_, fingerprint_, list);
}

absl::Status ExportJob::Restore(std::string_view text, const expression::Scope& names,
                                std::string* list) {
  const auto document = json::Document::Parse(std::string(text));
  json::Node job;
  json::Node inner;
  std::int64_t time = 0;
  std::int64_t part = 0;
  const bool read = document.ok() && (*document)->root().Find("job", &job) &&
                    paging::ReadCount((*document)->root(), "order_time", &time) &&
                    paging::ReadCount((*document)->root(), "orders", &orders_) &&
                    paging::ReadCount((*document)->root(), "part", &part) &&
                    paging::ReadText((*document)->root(), "fingerprint", &fingerprint_) &&
                    (*document)->root().Find("list", &inner);
  if (!read) {
    return base::Error(base::Reason::kInternal, "The checkpoint of the export cannot be read.");
  }
  SYNCLINE_ASSIGN_OR_RETURN(job_, json::Document::Parse(json::ToJson(job)));
  order_time_ = base::Time(milliseconds(time));
  part_index_ = static_cast<std::size_t>(part);
  restored_ = true;
  *list = json::ToJson(inner);
  if (clean_ups_ != nullptr && plan_->clean_up.has_value()) {
    clean_ups_->Begin(CleanUpRequest(names));
  }
  return absl::OkStatus();
}

}  // namespace syncline::pull
