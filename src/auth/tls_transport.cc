#include "auth/tls_transport.h"

#include "base/status.h"

namespace syncline::auth {

absl::StatusOr<http::Response> TlsTransport::Send(const http::Request& request,
                                                  const http::TransportLimits& limits,
                                                  std::stop_token stop) {
  if (!identity_->client_certificate().empty()) {
    SYNCLINE_RETURN_IF_ERROR(hosts_.Check(request.url));
  }
  http::Request identified = request;
  identified.tls = identity_;
  return inner_.Send(identified, limits, std::move(stop));
}

}  // namespace syncline::auth
