#include "pull/parallel_for.h"

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>

namespace syncline::pull {
namespace {

// Shared with the pool's threads, of which one may come when all is done.
class Round {
 public:
  Round(std::size_t count, const std::function<bool(std::size_t)>& work)
      : count_(count), work_(work) {}

  void Work() {
    std::unique_lock lock(mutex_);
    ++at_work_;
    while (next_ < count_) {
      const std::size_t i = next_++;
      lock.unlock();
      const bool go_on = work_(i);
      lock.lock();
      if (!go_on) next_ = count_;
    }
    --at_work_;
    idle_.notify_all();
  }

  void Await() {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return at_work_ == 0; });
  }

 private:
  const std::size_t count_;
  const std::function<bool(std::size_t)>& work_;  // not touched once next_ reached count_
  std::mutex mutex_;
  std::condition_variable idle_;
  std::size_t next_ = 0;
  int at_work_ = 0;
};

}  // namespace

void ParallelFor(std::size_t count, int parallel_count, base::WorkerPool* pool,
                 const std::function<bool(std::size_t)>& work) {
  const auto round = std::make_shared<Round>(count, work);
  const std::size_t helpers = pool == nullptr || count == 0
                                  ? 0
                                  : std::min(count, static_cast<std::size_t>(parallel_count)) - 1;
  for (std::size_t i = 0; i < helpers; ++i) {
    if (!pool->Submit([round](std::stop_token) { round->Work(); }).ok()) break;
  }
  round->Work();
  round->Await();
}

}  // namespace syncline::pull
