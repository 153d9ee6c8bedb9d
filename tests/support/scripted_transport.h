#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "http/transport.h"

namespace syncline::test {

// A transport that carries nothing: it answers from a queue, or by a function when the queue is
// empty, and records what it was asked. A sink gets the body in small pieces. Without an answer it
// is VENDOR_UNREACHABLE. Safe for concurrent use, as far as the function is.
class ScriptedTransport final : public http::Transport {
 public:
  using Answer = std::function<absl::StatusOr<http::Response>(const http::Request&)>;

  ScriptedTransport() = default;
  explicit ScriptedTransport(Answer answer) : answer_(std::move(answer)) {}

  void Enqueue(absl::StatusOr<http::Response> outcome);
  // A response with that body and `Content-Type: application/json`.
  void EnqueueJson(std::string body, int status = 200);

  absl::StatusOr<http::Response> Send(const http::Request& request,
                                      const http::TransportLimits& limits,
                                      std::stop_token stop) override;

  std::vector<http::Request> requests() const;

 private:
  mutable std::mutex mutex_;
  const Answer answer_;
  std::deque<absl::StatusOr<http::Response>> queue_;
  std::vector<http::Request> requests_;
};

// A JSON answer, for scripts.
http::Response JsonResponse(std::string body, int status = 200);

}  // namespace syncline::test
