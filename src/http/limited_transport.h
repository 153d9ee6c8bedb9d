#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "http/patience.h"
#include "http/rate_budget.h"
#include "http/transport.h"

namespace syncline::http {

// Sends each request only when the budget lets it, and shows the budget each answer. A request has
// its place on the wire until it is answered, or its sink has begun to take the answer. Made per
// run; as safe for concurrent use as `inner` is.
class LimitedTransport final : public Transport {
 public:
  struct Options {
    std::shared_ptr<RateBudget> budget;  // null = no limit
    std::string integration;             // whose turn it is
    bool paid = false;                   // the first request is counted already
  };
  // `inner` and `patience` must outlive this.
  LimitedTransport(Transport& inner, Options options, const Patience& patience)
      : inner_(inner), options_(std::move(options)), paid_(options_.paid), patience_(patience) {}

  // Also the errors of RateBudget::Acquire.
  absl::StatusOr<Response> Send(const Request& request, const TransportLimits& limits,
                                std::stop_token stop) override;
  // A pause that stands in the body of an answer, as RateBudget::Block.
  void Block(std::chrono::milliseconds pause) {
    if (options_.budget != nullptr) options_.budget->Block(pause);
  }

 private:
  Transport& inner_;
  const Options options_;
  std::atomic<bool> paid_;
  const Patience& patience_;
};

}  // namespace syncline::http
