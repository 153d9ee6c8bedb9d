#include "auth/tls_authenticator.h"

#include "base/status.h"

namespace syncline::auth {

absl::Status TlsAuthenticator::Apply(http::Request& request, std::stop_token stop) {
  if (!identity_->client_certificate().empty()) {
    SYNCLINE_RETURN_IF_ERROR(hosts_.Check(request.url));
  }
  request.tls = identity_;
  return inner_->Apply(request, std::move(stop));
}

}  // namespace syncline::auth
