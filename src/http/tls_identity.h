#pragma once

#include <string>
#include <string_view>

namespace syncline::http {

// Whose connections a request goes over, and how TLS is spoken on them: requests with different
// identities never share a connection, even where what they hold is equal. Immutable, safe for
// concurrent use. The key is wiped when the identity goes and cannot be printed (I5).
class TlsIdentity {
 public:
  // All in PEM. `ca_certificates`: the authorities to trust instead of the transport's; "" = the
  // transport's. `client_certificate` with the chain behind it and its key, not encrypted: what is
  // shown to a server that asks; both "" = nothing.
  TlsIdentity(std::string ca_certificates, std::string client_certificate,
              std::string_view client_key);
  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;
  ~TlsIdentity();

  const std::string& ca_certificates() const { return ca_certificates_; }
  const std::string& client_certificate() const { return client_certificate_; }
  // For the one call that needs it; never store or print what this returns.
  std::string_view RevealClientKey() const { return client_key_; }

 private:
  const std::string ca_certificates_;
  const std::string client_certificate_;
  std::string client_key_;
};

}  // namespace syncline::http
