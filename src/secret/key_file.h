#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/descriptor.h"
#include "secret/secret.h"

namespace syncline::secret {

// The whole of a file that only we may read. KEY_UNAVAILABLE, with the reason, when it is absent,
// not a regular file, owned by another user, of another mode than 0400 or 0600, or too long.
absl::StatusOr<Secret> ReadKeyFile(const std::string& path, std::size_t bytes_max);

// The same for a file that somebody else puts there for us, as agents and orchestrators do: any
// owner, readable by owner and group at most. KEY_UNAVAILABLE.
absl::StatusOr<Secret> ReadSecretFile(const std::string& path, std::size_t bytes_max);

// What is left in an open file, at most `bytes_max` of it. KEY_UNAVAILABLE when it cannot be read.
absl::StatusOr<Secret> ReadSecret(const base::Descriptor& file, std::size_t bytes_max);

// Makes a new file of mode 0400: written and synced under another name, then linked, so that it
// appears whole or not at all. ALREADY_EXISTS, CONFIGURATION_INVALID.
absl::Status WriteNewKeyFile(const std::string& path, const Secret& content);

}  // namespace syncline::secret
