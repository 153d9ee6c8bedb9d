#include "pull/stream_buffer.h"

#include <utility>

#include "base/status.h"

namespace syncline::pull {

std::size_t StreamBuffer::held_bytes_max() const {
  const std::lock_guard lock(mutex_);
  return streamed_once_ ? 0 : bounds_.held_bytes_max;
}

bool StreamBuffer::Begin(const http::Response& head) {
  const bool streamed = accept_(head);
  const std::lock_guard lock(mutex_);
  ++body_;
  streamed_ = streamed;
  streamed_once_ = streamed_once_ || streamed;
  if (streamed) head_ = head;
  pieces_.clear();
  bytes_ = 0;
  return streamed;
}

bool StreamBuffer::Take(std::string_view piece) {
  const std::lock_guard lock(mutex_);
  // One piece always fits, however large.
  if (bytes_ > 0 && bytes_ + piece.size() > kBytesMax) return false;
  pieces_.emplace_back(piece);
  bytes_ += piece.size();
  changed_.notify_all();
  return true;
}

bool StreamBuffer::WaitForRoom(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  return changed_.wait(lock, std::move(stop), [this] { return bytes_ < kBytesMax / 2; });
}

void StreamBuffer::Finish(absl::StatusOr<http::Response> outcome) {
  const std::lock_guard lock(mutex_);
  outcome_ = std::move(outcome);
  changed_.notify_all();
}

absl::StatusOr<StreamBuffer::Piece> StreamBuffer::Read(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  const bool is_there = changed_.wait(lock, std::move(stop),
                                      [this] { return !pieces_.empty() || outcome_.has_value(); });
  if (!is_there) return base::Error(base::Reason::kCancelled, "The request was stopped.");
  if (pieces_.empty() && !outcome_->ok()) return outcome_->status();
  Piece piece{.body = body_, .streamed = streamed_};
  if (!pieces_.empty()) {
    piece.bytes = std::move(pieces_.front());
    pieces_.pop_front();
    bytes_ -= piece.bytes.size();
    changed_.notify_all();
  }
  return piece;
}

http::Response StreamBuffer::TakeResponse() {
  const std::lock_guard lock(mutex_);
  return outcome_.has_value() && outcome_->ok() ? *std::move(*outcome_) : http::Response{};
}

http::Response StreamBuffer::head() const {
  const std::lock_guard lock(mutex_);
  return head_;
}

}  // namespace syncline::pull
