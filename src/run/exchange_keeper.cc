#include "run/exchange_keeper.h"

#include <vector>

#include "base/status.h"

namespace syncline::run {

absl::Status ExchangeKeeper::Begin() {
  pull::ExchangeLog::Bounds bounds;
  if (run_.epoch > 1) {  // of a run that somebody had before
    SYNCLINE_ASSIGN_OR_RETURN(bounds, context_.resources.FindExchanges(run_));
  }
  log_.emplace(bounds);
  sign_in_.emplace(context_.transport, context_.clock, *log_);
  last_write_ = context_.clock.SteadyNow();
  return absl::OkStatus();
}

void ExchangeKeeper::WriteDue() {
  const std::lock_guard lock(mutex_);
  const bool due = context_.clock.SteadyNow() - last_write_ >= kPeriod;
  if (due || log_->has_failure()) Write(false);
}

void ExchangeKeeper::WriteAll() {
  const std::lock_guard lock(mutex_);
  if (log_.has_value()) Write(true);
}

void ExchangeKeeper::Write(bool all) {
  last_write_ = context_.clock.SteadyNow();
  const std::vector<model::Exchange> news = log_->TakeNews(all);
  if (news.empty()) return;
  const absl::Status written = context_.resources.WriteExchanges(run_, news);
  if (written.ok()) return;
  log_->PutBack(news);
  context_.logger.Warning("run.exchanges_not_written", {{"run", run_.run_id}, {"error", written}});
}

}  // namespace syncline::run
