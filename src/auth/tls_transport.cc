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

absl::StatusOr<std::shared_ptr<const http::TlsIdentity>> MakeTlsIdentity(const v1::TlsSettings& tls,
                                                                         const SecretMap& secrets) {
  const auto found = secrets.find("tls.client_key");
  const secret::Secret key = found == secrets.end() ? secret::Secret() : found->second.Clone();
  if (!tls.client_certificate().empty() && key.empty()) {
    return base::Error(base::Reason::kCredentialCorrupt,
                       "The credential has no key for its client certificate stored.");
  }
  return std::make_shared<const http::TlsIdentity>(tls.ca_certificates(), tls.client_certificate(),
                                                   key.Reveal());
}

}  // namespace syncline::auth
