#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <queue>
#include <string>
#include <vector>

namespace syncline::bench {

// The floor of a sync: a program that does only the unavoidable work with the same libraries on the
// same bytes (fetch, parse, map twelve fields, write typed rows) and nothing of what makes a
// product: no links, checkpoints, history, events, checks or errors. Syncline is measured against
// it.

inline constexpr int kFieldCount = 12;
inline constexpr std::size_t kBatchRows = 5'000;
inline constexpr std::size_t kQueueBatches = 4;

// One row in PostgreSQL's binary format, ready for COPY, and what identifies it.
struct Batch {
  std::vector<std::string> keys;
  std::vector<std::array<char, 16>> hashes;
  std::vector<std::string> tuples;
};

// Bounded hand-over from the one thread that maps to the threads that write.
template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t length_max) : length_max_(length_max) {}
  void Push(T value) {
    std::unique_lock lock(mutex_);
    space_.wait(lock, [this] { return values_.size() < length_max_; });
    values_.push(std::move(value));
    ready_.notify_one();
  }
  void Close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    ready_.notify_all();
  }
  std::optional<T> Pop() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [this] { return closed_ || !values_.empty(); });
    if (values_.empty()) return std::nullopt;
    T value = std::move(values_.front());
    values_.pop();
    space_.notify_one();
    return value;
  }

 private:
  const std::size_t length_max_;
  std::mutex mutex_;
  std::condition_variable space_, ready_;
  std::queue<T> values_;
  bool closed_ = false;
};

// Fetches pages 1 to `page_count` with four transfers in flight and hands each body on, in any
// order.
void FetchPages(const std::string& url, int page_count,
                const std::function<void(std::string&&)>& take);

// Parses one page and appends its rows to the batch.
class Mapper {
 public:
  Mapper();
  ~Mapper();
  std::size_t Map(std::string& body, Batch* batch);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

// Takes batches until the queue is closed.
enum class WriteMode { kLoad, kResync };
void Write(const std::string& database_url, WriteMode mode, BoundedQueue<Batch>& queue);
void MakeTable(const std::string& database_url);

}  // namespace syncline::bench
