#include "pull/exchange_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/status.h"

namespace syncline::pull {
namespace {

std::string Beginning(const std::string& body) {
  return body.substr(0, ExchangeLog::kBodyBytesMax);
}

model::Exchange::Pairs Beginning(const http::Headers& headers) {
  const auto& all = headers.all();
  const std::size_t count = std::min(all.size(), ExchangeLog::kHeadersMax);
  return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

void ExchangeRecord::OnSend(const http::Request& request, int attempt) {
  model::Exchange sent;
  sent.send_time = clock_.Now();
  sent.purpose = errand_.purpose;
  sent.page_number = errand_.page_number;
  sent.partition = errand_.partition;
  sent.cause = errand_.Describe();
  sent.attempt = attempt;
  sent.wait = std::exchange(wait_, std::chrono::milliseconds(0));
  sent.wait_cause = std::exchange(wait_cause_, "");
  sent.method = http::MethodName(request.method);
  sent.url = request.url.ToString();
  sent.request_headers = Beginning(request.headers);
  sent.request_body = Beginning(request.body);
  status_ = 0;
  answered_ = false;
  paused_ = false;
  rule_.clear();
  begun_ = clock_.SteadyNow();
  id_ = log_->Open(std::move(sent));
}

void ExchangeRecord::OnAnswer(const absl::StatusOr<http::Response>& answer) {
  const auto took =
      std::chrono::duration_cast<std::chrono::microseconds>(clock_.SteadyNow() - begun_);
  answered_ = true;
  if (answer.ok()) status_ = answer->status;
  log_->Change(id_, [&](model::Exchange& exchange) {
    exchange.duration = took;
    if (!answer.ok()) return;
    exchange.status = answer->status;
    exchange.response_headers = Beginning(answer->headers);
    exchange.response_body = Beginning(answer->body);
    exchange.response_bytes = static_cast<std::int64_t>(answer->body.size());
  });
}

void ExchangeRecord::OnPause(base::Reason reason, const std::string& message,
                             std::chrono::milliseconds delay) {
  paused_ = true;
  wait_ = delay;
  wait_cause_ = fmt::format("{}: {}", base::ReasonName(reason), message);
  if (!answered_) return log_->Accept(id_, "not sent; " + wait_cause_);
  if (!rule_.empty()) log_->Accept(id_, rule_);
  log_->Refuse(id_, base::ReasonName(reason), message);
}

void ExchangeRecord::NoteRule(const Ruling& ruling) {
  if (ruling.action == v1::ResponseRule::ACTION_UNSPECIFIED) return;
  constexpr std::string_view kPrefix = "ACTION_";
  std::string_view action = v1::ResponseRule::Action_Name(ruling.action);
  action.remove_prefix(std::min(kPrefix.size(), action.size()));
  rule_ = ruling.rule == 0 ? fmt::format("the rule for GraphQL: {}", action)
                           : fmt::format("rule {}: {}", ruling.rule, action);
}

void ExchangeRecord::Finish(const absl::Status& status) {
  // What ends in a pause was judged by what made it pause.
  if (log_ == nullptr || id_ == 0 || paused_) return;
  const std::string judged = rule_.empty() ? fmt::format("status {}", status_) : rule_;
  if (status.ok()) return log_->Accept(id_, judged);
  const auto* null_statuses = errand_.null_statuses;
  if (null_statuses != nullptr &&
      std::ranges::find(*null_statuses, status_) != null_statuses->end()) {
    return log_->Accept(id_, fmt::format("status {}, which stands for null", status_));
  }
  if (status_ != 0) log_->Accept(id_, judged);
  log_->Refuse(id_, status);
}

}  // namespace syncline::pull
