#include "tests/support/scripted_transport.h"

#include <utility>

#include "base/status.h"
#include "http/body_sink.h"

namespace syncline::test {
namespace {

constexpr std::size_t kPieceBytes = 7'001;  // fits nothing

bool Deliver(std::string_view body, http::BodySink& sink, const std::stop_token& stop) {
  while (!body.empty()) {
    const std::string_view piece = body.substr(0, kPieceBytes);
    while (!sink.Take(piece)) {
      if (!sink.WaitForRoom(stop)) return false;
    }
    body.remove_prefix(piece.size());
  }
  return true;
}

}  // namespace

http::Response JsonResponse(std::string body, int status) {
  http::Response response;
  response.status = status;
  response.headers.Add("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

void ScriptedTransport::Enqueue(absl::StatusOr<http::Response> outcome) {
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(outcome));
}

void ScriptedTransport::EnqueueJson(std::string body, int status) {
  Enqueue(JsonResponse(std::move(body), status));
}

absl::StatusOr<http::Response> ScriptedTransport::Send(const http::Request& request,
                                                       const http::TransportLimits& limits,
                                                       std::stop_token stop) {
  if (stop.stop_requested()) {
    return base::Error(base::Reason::kCancelled, "The request was stopped.");
  }
  absl::StatusOr<http::Response> outcome =
      base::Error(base::Reason::kVendorUnreachable, "The script has no further answer.");
  bool is_queued = false;
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    is_queued = !queue_.empty();
    if (is_queued) {
      outcome = std::move(queue_.front());
      queue_.pop_front();
    }
  }
  if (!is_queued && answer_) outcome = answer_(request);
  if (!outcome.ok()) return outcome;
  const bool is_offered =
      request.sink != nullptr && (request.sink->held_bytes_max() == 0 ||
                                  outcome->body.size() > request.sink->held_bytes_max());
  if (is_offered && request.sink->Begin(*outcome)) {
    const std::string body = std::exchange(outcome->body, {});
    if (!Deliver(body, *request.sink, stop)) {
      return base::Error(base::Reason::kCancelled, "The request was stopped.");
    }
  }
  if (outcome->body.size() > limits.body_bytes_max) {
    return base::Error(base::Reason::kResponseTooLarge, "The scripted answer is too large.");
  }
  if (outcome->effective_url.empty()) outcome->effective_url = request.url.ForLog();
  return outcome;
}

std::vector<http::Request> ScriptedTransport::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

}  // namespace syncline::test
