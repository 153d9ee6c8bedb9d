#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "secret/secret.h"

namespace syncline::secret {

// Makes opaque tokens that a client hands back unchanged, such as page tokens: the payload with an
// HMAC-SHA256 under a key derived from a root that all replicas share, bound to the request it was
// made for. The payload can be read by whoever decodes the token and must hold no secret; it cannot
// be altered or used elsewhere. The rotation of key-encryption keys does not touch it. Immutable,
// safe for concurrent use.
class TokenSealer {
 public:
  // `root`: at least 32 random bytes.
  explicit TokenSealer(const Secret& root);

  // `binding` names the request, e.g. method, parent and filter.
  std::string Seal(std::string_view payload, std::string_view binding) const;
  // PAGE_TOKEN_INVALID.
  absl::StatusOr<std::string> Open(std::string_view token, std::string_view binding) const;

  static constexpr std::size_t kTokenBytesMax = 4'096;

 private:
  const Secret key_;
};

}  // namespace syncline::secret
