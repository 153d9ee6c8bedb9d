#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace syncline::secret {

// Pure functions over bytes, safe for concurrent use.

inline constexpr std::size_t kSha256Bytes = 32;

// FIPS 180-4; the 32 raw bytes.
std::string Sha256(std::string_view bytes);
// RFC 2104; the 32 raw bytes.
std::string HmacSha256(std::string_view key, std::string_view bytes);
// RFC 2104 with one of the hashes of FIPS 180-4; 20, 32 or 64 raw bytes. SHA-1 is for vendors that
// ask for it.
enum class HashAlgorithm { kSha1, kSha256, kSha512 };
std::string Hmac(HashAlgorithm algorithm, std::string_view key, std::string_view bytes);

// Lower case. Decoding takes either case; nullopt for anything else than pairs of digits.
std::string EncodeHex(std::string_view bytes);
std::optional<std::string> DecodeHex(std::string_view text);

// RFC 4648 section 4, with padding. Decoding is strict: no white space, no missing padding, no bits
// left over; nullopt otherwise.
std::string EncodeBase64(std::string_view bytes);
std::optional<std::string> DecodeBase64(std::string_view text);

// RFC 4648 section 5, without padding; decoding refuses padding.
std::string EncodeBase64Url(std::string_view bytes);
std::optional<std::string> DecodeBase64Url(std::string_view text);

// Takes the same time wherever the first difference is; the lengths are not secret.
bool ConstantTimeEqual(std::string_view a, std::string_view b);

}  // namespace syncline::secret
