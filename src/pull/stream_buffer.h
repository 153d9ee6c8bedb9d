#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "http/body_sink.h"

namespace syncline::pull {

// The joint between the thread that receives a body and the one that reads it: a few pieces in
// their order, and no more, so that a slow reader slows the vendor down (I7). One thread on each
// side.
class StreamBuffer final : public http::BodySink {
 public:
  static constexpr std::size_t kBytesMax = std::size_t{1} << 20;

  // Whether an answer is to be streamed; asked by the thread that receives.
  using Accept = std::function<bool(const http::Response& head)>;
  // As BodySink says.
  struct Bounds {
    std::size_t held_bytes_max = 0;
    std::size_t bytes_max = BodySink::kBytesMax;
  };
  explicit StreamBuffer(Accept accept) : StreamBuffer(std::move(accept), Bounds()) {}
  StreamBuffer(Accept accept, const Bounds& bounds) : accept_(std::move(accept)), bounds_(bounds) {}

  // The receiving side. Another try begins another body, streamed or not: what is left of the one
  // before is dropped. Once a body was streamed, every later one begins here, however small: else
  // the end of an answer to another try would pass for the end of that body.
  std::size_t held_bytes_max() const override;
  std::size_t bytes_max() const override { return bounds_.bytes_max; }
  bool Begin(const http::Response& head) override;
  bool Take(std::string_view piece) override;
  bool WaitForRoom(std::stop_token stop) override;
  // The exchange is over, well or not. Nothing comes after it.
  void Finish(absl::StatusOr<http::Response> outcome);

  // The reading side.
  struct Piece {
    std::int64_t body = 0;  // which body it is of: the first try's is 1
    bool streamed = false;  // false: the answer is held, and the exchange is over
    std::string bytes;      // empty at the end
  };
  // The next piece; after the last one how the exchange ended, if it ended ill. CANCELLED when
  // stopped.
  absl::StatusOr<Piece> Read(std::stop_token stop);
  // The answer that is held; after the end.
  http::Response TakeResponse();
  // Status and headers of the last body that was streamed.
  http::Response head() const;

 private:
  const Accept accept_;
  const Bounds bounds_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::int64_t body_ = 0;
  bool streamed_ = false;
  bool streamed_once_ = false;
  http::Response head_;
  std::deque<std::string> pieces_;
  std::size_t bytes_ = 0;
  std::optional<absl::StatusOr<http::Response>> outcome_;
};

}  // namespace syncline::pull
