#include "pull/job_clean_ups.h"

#include <utility>

#include "base/status.h"
#include "pull/exchange_record.h"
#include "pull/response_rules.h"

namespace syncline::pull {

void JobCleanUps::Begin(absl::StatusOr<http::Request> request) {
  EndWith(0);
  current_ = Job{.request = std::move(request), .identity = identity_};
}

void JobCleanUps::Update(absl::StatusOr<http::Request> request) {
  if (current_.has_value()) current_->request = std::move(request);
}

void JobCleanUps::EndWith(std::int64_t page_number) {
  if (!current_.has_value()) return;
  current_->needed_until = page_number;
  ended_.push_back(*std::exchange(current_, std::nullopt));
}

void JobCleanUps::SelectIdentity(int index) {
  EndWith(0);
  identity_ = index;
}

void JobCleanUps::SendDue(std::stop_token stop) {
  const std::int64_t committed = committed_;
  std::vector<Job> left;
  for (Job& job : ended_) {
    const bool is_due = job.needed_until <= committed && job.identity == identity_;
    if (is_due && !stop.stop_requested()) {
      Send(job, stop);
    } else {
      left.push_back(std::move(job));
    }
  }
  ended_ = std::move(left);
}

void JobCleanUps::SendRest(bool ended, std::stop_token stop) {
  if (ended) EndWith(0);
  for (const Job& job : std::exchange(ended_, {})) {
    if (!ended && job.needed_until > committed_) continue;
    if (job.identity != identity_) {
      client_.authenticator().Select(job.identity);
      identity_ = job.identity;
    }
    Send(job, stop);
  }
}

void JobCleanUps::Send(const Job& job, std::stop_token stop) {
  absl::Status status = job.request.status();
  if (status.ok()) {
    const Errand errand{.purpose = model::ExchangePurpose::kExportJob, .name = "its clean-up"};
    ExchangeRecord record(client_.exchanges(), client_.clock(), errand);
    if (http::TryObserver* const observer = record.observer()) observer->OnSend(*job.request, 1);
    const auto answer = client_.SendOnce(*job.request, kTimeout, std::move(stop));
    if (http::TryObserver* const observer = record.observer()) observer->OnAnswer(answer);
    status = answer.status();
    const bool is_gone = answer.ok() && (answer->status == 404 || answer->status == 410);
    if (answer.ok() && !is_gone && (answer->status < 200 || answer->status >= 300)) {
      status = StatusFailure(*answer, job.request->url, client_.authenticator());
    }
    record.Finish(status);
  }
  if (!status.ok() && on_failure_) on_failure_(client_.Scrubbed(status));
}

}  // namespace syncline::pull
