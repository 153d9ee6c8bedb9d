#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "secret/secret.h"

namespace syncline::secret {

// A data key as it stands in the database; no field of it is secret.
struct WrappedKey {
  std::string key_id;  // of the key-encryption key
  std::string bytes;
};

// Where the key-encryption keys are: a keyring (file or environment), or a service that never lets
// them out. Wraps the data keys of EnvelopeSealer. `context` is associated data: what was wrapped
// for one place does not unwrap for another. Owned by the composition root; safe for concurrent
// use; calls may wait for a network, up to the bound that the provider names.
class KeyProvider {
 public:
  virtual ~KeyProvider() = default;

  // Every key id that opens; the first is the active one, which wraps. KEY_UNAVAILABLE while the
  // provider cannot be reached.
  virtual absl::StatusOr<std::vector<std::string>> Ids() const = 0;
  // Whether the id is of this provider's making; says nothing of whether the key still exists.
  virtual bool Owns(std::string_view key_id) const = 0;

  // Under the active key. KEY_UNAVAILABLE.
  virtual absl::StatusOr<WrappedKey> Wrap(const Secret& data_key,
                                          std::string_view context) const = 0;
  // KEY_UNAVAILABLE when the key is not there or the provider cannot be reached,
  // CREDENTIAL_CORRUPT when bytes or context are not those that were wrapped.
  virtual absl::StatusOr<Secret> Unwrap(const WrappedKey& wrapped,
                                        std::string_view context) const = 0;
};

// The two refusals, worded alike by every provider.
absl::Status SealedSecretCorrupt();
absl::Status KeyMissing(std::string_view key_id);

}  // namespace syncline::secret
