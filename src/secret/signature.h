#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "secret/secret.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace syncline::secret {

// The algorithms of RFC 7518 3.1 that Syncline signs with, all over SHA-256.
enum class SignatureAlgorithm {
  kRs256,  // RSASSA-PKCS1-v1_5
  kPs256,  // RSASSA-PSS, MGF1 with SHA-256, a salt of 32 bytes
  kEs256,  // ECDSA on P-256; the signature is r and s, 32 bytes each (RFC 7518 3.4)
  kHs256,  // HMAC
};

// "RS256": the header `alg`.
std::string_view AlgorithmName(SignatureAlgorithm algorithm);

// A key that signs and verifies with one algorithm. Read once, immutable, safe for concurrent use.
class SigningKey {
 public:
  static constexpr int kRsaBitsMin = 2048;                // RFC 7518 3.3
  static constexpr int kRsaBitsMax = 8192;                // a longer one signs for seconds
  static constexpr std::size_t kHmacBytesMin = 32;        // RFC 7518 3.2
  static constexpr std::size_t kKeyBytesMax = 16 * 1024;  // of the PEM text or the HMAC secret

  // `key` is a private key in PEM (PKCS #8 RFC 5208, PKCS #1 RFC 8017 or SEC 1 RFC 5915), not
  // encrypted; for kHs256 the bytes themselves. INVALID_ARGUMENT says what is wrong with it and
  // what would be right, in words that fit behind the field's name; it repeats nothing of the key.
  static absl::StatusOr<SigningKey> Make(SignatureAlgorithm algorithm, const Secret& key);

  SignatureAlgorithm algorithm() const { return algorithm_; }
  // Raw bytes. INTERNAL when OpenSSL fails.
  absl::StatusOr<std::string> Sign(std::string_view bytes) const;
  // Whether `signature` is this key's over `bytes`.
  bool Verify(std::string_view bytes, std::string_view signature) const;

 private:
  explicit SigningKey(SignatureAlgorithm algorithm) : algorithm_(algorithm) {}

  SignatureAlgorithm algorithm_;
  std::shared_ptr<evp_pkey_st> pair_;  // null for kHs256
  Secret shared_;                      // for kHs256
};

}  // namespace syncline::secret
