#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "secret/keyring.h"

namespace syncline::secret {

// Makes opaque tokens that a client hands back unchanged, such as page tokens: the payload with an
// HMAC-SHA256 under a key derived from the keyring, bound to the request it was made for. The
// payload can be read by whoever decodes the token and must hold no secret; it cannot be altered or
// used elsewhere. Every replica with the same keyring accepts it; a key that leaves the keyring
// ends the tokens made with it. Immutable, safe for concurrent use.
class TokenSealer {
 public:
  explicit TokenSealer(const Keyring& keyring);

  // `binding` names the request, e.g. method, parent and filter.
  std::string Seal(std::string_view payload, std::string_view binding) const;
  // PAGE_TOKEN_INVALID.
  absl::StatusOr<std::string> Open(std::string_view token, std::string_view binding) const;

  static constexpr std::size_t kTokenBytesMax = 4'096;

 private:
  std::vector<Secret> keys_;  // the first seals
};

}  // namespace syncline::secret
