#pragma once

#include <chrono>
#include <string>

#include "absl/status/statusor.h"
#include "base/reason.h"
#include "http/message.h"

namespace syncline::http {

// Told of every try of one request: OnSend, OnAnswer, and where the answer is not good enough and
// another try follows, OnPause. Called by the thread that sends. What it sees of the request is not
// signed; the answer is as it came, and may be changed by whoever judges it next.
class TryObserver {
 public:
  virtual ~TryObserver() = default;
  virtual void OnSend(const Request& request, int attempt) = 0;
  virtual void OnAnswer(const absl::StatusOr<Response>& answer) = 0;
  virtual void OnPause(base::Reason reason, const std::string& message,
                       std::chrono::milliseconds delay) = 0;
};

}  // namespace syncline::http
