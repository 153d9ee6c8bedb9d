#include "base/worker_pool.h"

#include "base/status.h"

namespace syncline::base {

WorkerPool::WorkerPool(int thread_count, std::size_t queue_length_max)
    : queue_length_max_(queue_length_max) {
  threads_.reserve(static_cast<std::size_t>(thread_count));
  for (int i = 0; i < thread_count; ++i) {
    threads_.emplace_back([this] { Work(stop_source_.get_token()); });
  }
}

WorkerPool::~WorkerPool() { Stop(); }

absl::Status WorkerPool::Submit(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return Error(Reason::kDraining, "the server is shutting down");
    if (queue_.size() >= queue_length_max_) {
      return WithRetryAfter(Error(Reason::kQuotaExceeded, "the server has too much work queued"),
                            std::chrono::seconds(1));
    }
    queue_.push_back(std::move(task));
  }
  wake_.notify_one();
  return absl::OkStatus();
}

void WorkerPool::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_source_.request_stop();
  wake_.notify_all();
  threads_.clear();  // joins
}

void WorkerPool::Work(std::stop_token stop) {
  while (true) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    task(stop);
  }
}

}  // namespace syncline::base
