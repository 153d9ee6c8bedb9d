#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace syncline::run {

// Hands values from one thread to another, holding at most one (I7): whoever is quicker waits for
// the other, back to the vendor's socket.
template <typename T>
class HandOff {
 public:
  // False when `stop` was requested before there was room.
  bool Push(T value, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [this] { return !value_.has_value(); })) return false;
    value_ = std::move(value);
    changed_.notify_all();
    return true;
  }
  // Empty when `stop` was requested before there was a value.
  std::optional<T> Pop(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [this] { return value_.has_value(); })) return std::nullopt;
    std::optional<T> value = std::exchange(value_, std::nullopt);
    changed_.notify_all();
    return value;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<T> value_;
};

}  // namespace syncline::run
