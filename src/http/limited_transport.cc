#include "http/limited_transport.h"

#include <optional>
#include <string_view>
#include <utility>

#include "base/status.h"
#include "http/body_sink.h"

namespace syncline::http {
namespace {

// Hands on what arrives. An answer that is taken while it arrives gives its place back as soon as
// it has begun: how long it lasts is up to who takes it, and that one may wait for a place, too.
// What the head says of the budget holds for those requests already.
class PlaceGivingSink final : public BodySink {
 public:
  PlaceGivingSink(BodySink& sink, RateBudget& budget, std::optional<RateBudget::Permit>* permit)
      : sink_(sink), budget_(budget), permit_(permit) {}
  std::size_t held_bytes_max() const override { return sink_.held_bytes_max(); }
  std::size_t bytes_max() const override { return sink_.bytes_max(); }
  bool Begin(const Response& head) override {
    begun_ = sink_.Begin(head);
    if (!begun_) return false;
    budget_.Observe(head);
    permit_->reset();
    return true;
  }
  bool Take(std::string_view piece) override { return sink_.Take(piece); }
  bool WaitForRoom(std::stop_token stop) override { return sink_.WaitForRoom(std::move(stop)); }
  // Whether the last answer came here.
  bool begun() const { return begun_; }

 private:
  BodySink& sink_;
  RateBudget& budget_;
  std::optional<RateBudget::Permit>* const permit_;
  bool begun_ = false;
};

}  // namespace

absl::StatusOr<Response> LimitedTransport::Send(const Request& request,
                                                const TransportLimits& limits,
                                                std::stop_token stop) {
  if (options_.budget == nullptr) return inner_.Send(request, limits, std::move(stop));
  RateBudget& budget = *options_.budget;
  SYNCLINE_ASSIGN_OR_RETURN(
      RateBudget::Permit acquired,
      budget.Acquire(options_.integration, paid_.exchange(false), patience_, stop));
  std::optional<RateBudget::Permit> permit(std::move(acquired));
  if (request.sink == nullptr) {
    absl::StatusOr<Response> answer = inner_.Send(request, limits, std::move(stop));
    if (answer.ok()) budget.Observe(*answer);
    return answer;
  }
  PlaceGivingSink sink(*request.sink, budget, &permit);
  Request streamed = request;
  streamed.sink = &sink;
  absl::StatusOr<Response> answer = inner_.Send(streamed, limits, std::move(stop));
  if (answer.ok() && !sink.begun()) budget.Observe(*answer);
  return answer;
}

}  // namespace syncline::http
