#include "secret/token_sealer.h"

#include <fmt/format.h>

#include "base/status.h"
#include "secret/digest.h"

namespace syncline::secret {
namespace {

// A key of its own: what is signed here can never pass for anything else the root is used for.
constexpr std::string_view kPurpose = "syncline/page-token/v1";
constexpr std::size_t kMacBytes = 16;  // 128 bits of the HMAC (RFC 2104 section 5)

std::string MacOf(const Secret& key, std::string_view payload, std::string_view binding) {
  // The length keeps the border between the two parts.
  return HmacSha256(key.Reveal(), fmt::format("{}:{}{}", binding.size(), binding, payload))
      .substr(0, kMacBytes);
}

}  // namespace

TokenSealer::TokenSealer(const Secret& root) : key_(HmacSha256(root.Reveal(), kPurpose)) {}

std::string TokenSealer::Seal(std::string_view payload, std::string_view binding) const {
  return EncodeBase64Url(MacOf(key_, payload, binding) + std::string(payload));
}

absl::StatusOr<std::string> TokenSealer::Open(std::string_view token,
                                              std::string_view binding) const {
  const absl::Status invalid = base::Error(base::Reason::kPageTokenInvalid,
                                           "the page token was not made for this request; pass the "
                                           "token of the last answer and leave the "
                                           "other fields as they were");
  if (token.size() > kTokenBytesMax) return invalid;
  const std::optional<std::string> bytes = DecodeBase64Url(token);
  if (!bytes.has_value() || bytes->size() < kMacBytes) return invalid;
  const std::string payload = bytes->substr(kMacBytes);
  const std::string mac = bytes->substr(0, kMacBytes);
  if (!ConstantTimeEqual(mac, MacOf(key_, payload, binding))) return invalid;
  return payload;
}

}  // namespace syncline::secret
