#pragma once

#include "absl/status/statusor.h"
#include "secret/secret.h"

namespace syncline::secret {

// Bytes of OpenSSL's generator, for keys and nonces. INTERNAL when it has no entropy.
absl::StatusOr<Secret> RandomBytes(std::size_t count);

}  // namespace syncline::secret
