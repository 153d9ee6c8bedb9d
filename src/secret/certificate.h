#pragma once

#include <chrono>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "secret/secret.h"

namespace syncline::secret {

// What X.509 certificates in PEM say (RFC 5280, RFC 7468). Pure functions, safe for concurrent use.
// Messages of errors fit behind a field's name and repeat nothing of the text.

struct CertificateDates {
  std::chrono::sys_seconds first_begin;  // of the first certificate of the text
  std::chrono::sys_seconds first_end;    // likewise
  std::chrono::sys_seconds latest_end;   // of all of them
  int count = 0;
};

// Reads every certificate of the text. INVALID_ARGUMENT when there is none, or one that cannot be
// read, or a private key beside them.
absl::StatusOr<CertificateDates> ReadCertificates(std::string_view pem);

// INVALID_ARGUMENT when the key cannot be read (ReadPrivateKey) or is not that of the first
// certificate. Precondition: ReadCertificates accepts `pem`.
absl::Status CheckKeyFits(std::string_view pem, const Secret& key);

}  // namespace syncline::secret
