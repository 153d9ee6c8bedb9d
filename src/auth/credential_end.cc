#include "auth/credential_end.h"

#include "secret/certificate.h"

namespace syncline::auth {

std::optional<std::chrono::sys_seconds> CertificateEnd(const v1::Credential& credential) {
  if (credential.tls().client_certificate().empty()) return std::nullopt;
  const auto dates = secret::ReadCertificates(credential.tls().client_certificate());
  if (!dates.ok()) return std::nullopt;
  return dates->first_end;
}

void ShowExpireTime(v1::Credential* credential) {
  if (credential->has_expire_time()) return;
  const auto end = CertificateEnd(*credential);
  if (!end.has_value()) return;
  credential->mutable_expire_time()->set_seconds(end->time_since_epoch().count());
}

void ForgetShownExpireTime(const v1::Credential& before, v1::Credential* credential) {
  if (!credential->has_expire_time()) return;
  for (const v1::Credential* const one :
       {&before, static_cast<const v1::Credential*>(credential)}) {
    const auto end = CertificateEnd(*one);
    if (!end.has_value() || credential->expire_time().nanos() != 0) continue;
    if (credential->expire_time().seconds() != end->time_since_epoch().count()) continue;
    credential->clear_expire_time();
    return;
  }
}

}  // namespace syncline::auth
