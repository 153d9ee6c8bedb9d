#include "auth/signing_transport.h"

#include <utility>

#include "base/status.h"

namespace syncline::auth {

absl::StatusOr<http::Response> SigningTransport::Send(const http::Request& request,
                                                      const http::TransportLimits& limits,
                                                      std::stop_token stop) {
  http::Request first = request;
  SYNCLINE_RETURN_IF_ERROR(authenticator_.Apply(first, stop));
  SYNCLINE_ASSIGN_OR_RETURN(http::Response answer, inner_.Send(first, limits, stop));
  SYNCLINE_ASSIGN_OR_RETURN(const bool renewed, authenticator_.Renew(answer, stop));
  if (!renewed) return answer;
  http::Request second = request;
  SYNCLINE_RETURN_IF_ERROR(authenticator_.Apply(second, stop));
  SYNCLINE_ASSIGN_OR_RETURN(answer, inner_.Send(second, limits, stop));
  SYNCLINE_RETURN_IF_ERROR(authenticator_.CheckRenewed(answer));
  return answer;
}

absl::StatusOr<bool> SigningTransport::RenewAfter(const http::Response& answer,
                                                  std::stop_token stop) {
  return authenticator_.RenewRefused(answer, std::move(stop));
}

}  // namespace syncline::auth
