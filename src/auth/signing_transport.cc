#include "auth/signing_transport.h"

#include <utility>

#include "base/status.h"

namespace syncline::auth {

absl::StatusOr<std::int64_t> SigningTransport::Sign(http::Request* request, std::stop_token stop) {
  const std::lock_guard lock(mutex_);
  SYNCLINE_RETURN_IF_ERROR(authenticator_.Apply(*request, std::move(stop)));
  return renewals_;
}

absl::StatusOr<bool> SigningTransport::Renew(const http::Response& answer,
                                             std::int64_t renewals_before, std::stop_token stop) {
  const std::lock_guard lock(mutex_);
  // Refused with the sign-in of before, so nothing is known of the one that is there now.
  const bool is_refusal = answer.status >= 400 && answer.status < 500;
  if (is_refusal && renewals_ > renewals_before) return true;
  SYNCLINE_ASSIGN_OR_RETURN(const bool renewed, authenticator_.Renew(answer, std::move(stop)));
  if (renewed) ++renewals_;
  return renewed;
}

absl::StatusOr<http::Response> SigningTransport::Send(const http::Request& request,
                                                      const http::TransportLimits& limits,
                                                      std::stop_token stop) {
  http::Request first = request;
  SYNCLINE_ASSIGN_OR_RETURN(const std::int64_t renewals, Sign(&first, stop));
  SYNCLINE_ASSIGN_OR_RETURN(http::Response answer, inner_.Send(first, limits, stop));
  SYNCLINE_ASSIGN_OR_RETURN(const bool again, Renew(answer, renewals, stop));
  if (!again) return answer;
  http::Request second = request;
  SYNCLINE_RETURN_IF_ERROR(Sign(&second, stop).status());
  SYNCLINE_ASSIGN_OR_RETURN(answer, inner_.Send(second, limits, stop));
  const std::lock_guard lock(mutex_);
  SYNCLINE_RETURN_IF_ERROR(authenticator_.CheckRenewed(answer));
  return answer;
}

std::int64_t SigningTransport::renewals() const {
  const std::lock_guard lock(mutex_);
  return renewals_;
}

absl::StatusOr<bool> SigningTransport::RenewAfter(const http::Response& answer,
                                                  std::int64_t renewals_before,
                                                  std::stop_token stop) {
  const std::lock_guard lock(mutex_);
  if (renewals_ > renewals_before) return true;
  SYNCLINE_ASSIGN_OR_RETURN(const bool renewed,
                            authenticator_.RenewRefused(answer, std::move(stop)));
  if (renewed) ++renewals_;
  return renewed;
}

}  // namespace syncline::auth
