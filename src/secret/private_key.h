#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "secret/secret.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace syncline::secret {

// Reads the first private key of a PEM text: PKCS #8, PKCS #1 or SEC 1. INVALID_ARGUMENT for an
// encrypted key, a certificate, a public key, a text whose line breaks were lost, or no PEM at all;
// the message fits behind a field's name and repeats nothing of the text.
absl::StatusOr<std::shared_ptr<evp_pkey_st>> ReadPrivateKey(const Secret& pem);

}  // namespace syncline::secret
