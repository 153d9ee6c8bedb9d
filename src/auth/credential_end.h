#pragma once

#include <chrono>
#include <optional>

#include "syncline/v1/credential.pb.h"

namespace syncline::auth {

// When the client certificate of a credential ends; nullopt without one.
std::optional<std::chrono::sys_seconds> CertificateEnd(const v1::Credential& credential);

// Credential.expire_time as answers show it: what was set, else the certificate's end.
void ShowExpireTime(v1::Credential* credential);

// Before a credential is stored: an expire_time that only repeats what ShowExpireTime showed, of
// this certificate or of the one before, is taken out, so that it follows the next certificate.
void ForgetShownExpireTime(const v1::Credential& before, v1::Credential* credential);

}  // namespace syncline::auth
