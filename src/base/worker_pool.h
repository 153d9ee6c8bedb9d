#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "absl/status/status.h"

namespace syncline::base {

// A fixed number of threads and a bounded queue before them (I7): blocking work of gRPC calls and
// of runs happens here. Owned by the composition root; Submit may be called from any thread.
class WorkerPool {
 public:
  using Task = std::function<void(std::stop_token)>;

  WorkerPool(int thread_count, std::size_t queue_length_max);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // QUOTA_EXCEEDED when the queue is full, DRAINING after Stop.
  absl::Status Submit(Task task);

  // Lets queued tasks finish (their stop token says that time is short), then joins the threads.
  void Stop();

 private:
  void Work(std::stop_token stop);

  const std::size_t queue_length_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> queue_;
  bool stopping_ = false;
  std::stop_source stop_source_;
  std::vector<std::jthread> threads_;
};

}  // namespace syncline::base
