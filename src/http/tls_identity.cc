#include "http/tls_identity.h"

#include <cstring>
#include <utility>

namespace syncline::http {

TlsIdentity::TlsIdentity(std::string ca_certificates, std::string client_certificate,
                         std::string_view client_key)
    : ca_certificates_(std::move(ca_certificates)),
      client_certificate_(std::move(client_certificate)),
      client_key_(client_key) {}

TlsIdentity::~TlsIdentity() { explicit_bzero(client_key_.data(), client_key_.size()); }

}  // namespace syncline::http
