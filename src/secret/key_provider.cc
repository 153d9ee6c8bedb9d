#include "secret/key_provider.h"

#include <fmt/format.h>

#include "base/status.h"

namespace syncline::secret {

absl::Status SealedSecretCorrupt() {
  return base::Error(
      base::Reason::kCredentialCorrupt,
      "a sealed secret does not open: it was altered, moved from another place, or its "
      "key's bytes were exchanged");
}

absl::Status KeyMissing(std::string_view key_id) {
  return base::Error(base::Reason::kKeyUnavailable,
                     fmt::format("no key provider has the key \"{}\", which sealed a stored "
                                 "secret; put it back behind the active key",
                                 key_id),
                     {{"key_id", std::string(key_id)}});
}

}  // namespace syncline::secret
