#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "secret/secret.h"

namespace syncline::secret {

inline constexpr std::size_t kAesKeyBytes = 32;
inline constexpr std::size_t kGcmNonceBytes = 12;
inline constexpr std::size_t kGcmTagBytes = 16;

// AES-256-GCM (NIST SP 800-38D) with a fresh random 96-bit nonce: nonce | ciphertext | tag. A key
// must not seal more than 2^32 times; here data keys seal one secret, now and then a second time,
// and keyring keys seal data keys. Precondition: `key` has kAesKeyBytes. INTERNAL when OpenSSL
// fails.
absl::StatusOr<std::string> SealAesGcm(const Secret& key, std::string_view plaintext,
                                       std::string_view associated_data);

// Empty when the key, the associated data or a bit of `sealed` is not what it was sealed with.
std::optional<Secret> OpenAesGcm(const Secret& key, std::string_view sealed,
                                 std::string_view associated_data);

}  // namespace syncline::secret
