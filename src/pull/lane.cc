#include "pull/lane.h"

#include <utility>

#include "base/status.h"

namespace syncline::pull {

absl::StatusOr<Lane::Pulled> Lane::Pull(std::stop_token stop) {
  if (!incomplete_.has_value()) {
    incomplete_number_ = walk_.page_number();
    SYNCLINE_ASSIGN_OR_RETURN(incomplete_, walk_.Next(stop));
  }
  Pulled pulled{.total = walk_.total()};
  SYNCLINE_ASSIGN_OR_RETURN(
      pulled.detailed,
      details_.Complete(incomplete_->records, *partition_, incomplete_number_, std::move(stop)));
  pulled.page = *std::exchange(incomplete_, std::nullopt);
  if (!pulled.page.last) pulled.checkpoint = walk_.Checkpoint();
  return pulled;
}

void Lane::Start(base::WorkerPool& pool, std::stop_token stop) {
  {
    const std::lock_guard lock(mutex_);
    if (under_way_ || outcome_.has_value()) return;
    under_way_ = true;
  }
  const auto pull = [self = shared_from_this(), stop = std::move(stop)](std::stop_token) {
    absl::StatusOr<Pulled> outcome = self->Pull(stop);
    const std::lock_guard lock(self->mutex_);
    self->under_way_ = false;
    self->outcome_ = std::move(outcome);
    self->pulled_.notify_all();
  };
  if (pool.Submit(pull).ok()) return;
  // No room: the page is pulled when it is taken.
  const std::lock_guard lock(mutex_);
  under_way_ = false;
}

absl::StatusOr<Lane::Pulled> Lane::Take(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  if (!under_way_ && !outcome_.has_value()) {
    lock.unlock();
    return Pull(std::move(stop));
  }
  if (!pulled_.wait(lock, std::move(stop), [this] { return outcome_.has_value(); })) {
    return base::Error(base::Reason::kCancelled, "Stopped while waiting for the vendor.");
  }
  absl::StatusOr<Pulled> outcome = *std::move(outcome_);
  outcome_.reset();
  return outcome;
}

}  // namespace syncline::pull
