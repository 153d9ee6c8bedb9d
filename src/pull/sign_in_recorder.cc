#include "pull/sign_in_recorder.h"

#include <fmt/format.h>

#include <utility>

#include "base/status.h"
#include "pull/errand.h"

namespace syncline::pull {

absl::StatusOr<http::Response> SignInRecorder::Send(const http::Request& request,
                                                    const http::TransportLimits& limits,
                                                    std::stop_token stop) {
  log_.RedactHeld();  // with the secrets that are known now
  model::Exchange sent;
  sent.send_time = clock_.Now();
  sent.purpose = model::ExchangePurpose::kSignIn;
  sent.cause = Errand{.purpose = model::ExchangePurpose::kSignIn}.Describe();
  sent.method = http::MethodName(request.method);
  sent.url = request.url.ForLog();
  const std::int64_t id = log_.Open(std::move(sent));
  const base::SteadyTime begun = clock_.SteadyNow();
  absl::StatusOr<http::Response> answer = inner_.Send(request, limits, std::move(stop));
  log_.Change(id, [&](model::Exchange& exchange) {
    exchange.duration =
        std::chrono::duration_cast<std::chrono::microseconds>(clock_.SteadyNow() - begun);
    if (!answer.ok()) return;
    exchange.status = answer->status;
    exchange.response_bytes = static_cast<std::int64_t>(answer->body.size());
  });
  if (!answer.ok()) {
    log_.Refuse(id, answer.status());
  } else if (answer->status >= 400) {
    log_.Refuse(id, base::ReasonName(base::Reason::kSignInFailed),
                fmt::format("status {}", answer->status));
  } else {
    log_.Accept(id, fmt::format("status {}", answer->status));
  }
  return answer;
}

}  // namespace syncline::pull
