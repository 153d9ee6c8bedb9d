#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "secret/key_provider.h"
#include "secret/secret.h"

namespace syncline::secret {

// A sealed secret as it stands in the database; no field of it is secret.
struct Sealed {
  std::string algorithm;    // "AES-256-GCM"
  std::string key_id;       // of the key-encryption key that wraps data_key
  std::string wrapped_key;  // the data key, as the key provider wrapped it
  std::string ciphertext;   // nonce | ciphertext | tag of the secret
};

// A data key that the key provider has wrapped already: seals without asking anybody, also while
// the provider is away. For one secret; each try of sealing it has a nonce of its own.
class Envelope {
 public:
  Envelope(Secret data_key, WrappedKey wrapped, std::string_view context)
      : data_key_(std::move(data_key)), wrapped_(std::move(wrapped)), context_(context) {}

  // INVALID_ARGUMENT for a secret above EnvelopeSealer::kSecretBytesMax.
  absl::StatusOr<Sealed> Seal(const Secret& secret) const;

 private:
  Secret data_key_;
  WrappedKey wrapped_;
  std::string context_;
};

// Envelope encryption: a fresh 256-bit data key and 96-bit nonce per sealed secret, the data key
// wrapped by a key provider. `context` is the associated data of both layers and names the
// row (workspace, credential, version, field), so that a ciphertext moved to another row does not
// open. Safe for concurrent use; owned by the composition root.
class Sealer {
 public:
  virtual ~Sealer() = default;
  // KEY_UNAVAILABLE when the provider cannot wrap now.
  virtual absl::StatusOr<Sealed> Seal(const Secret& secret, std::string_view context) = 0;
  // What must not be lost for want of a key is sealed with an envelope that was made before there
  // was something to lose. KEY_UNAVAILABLE.
  virtual absl::StatusOr<Envelope> Prepare(std::string_view context) = 0;
  // KEY_UNAVAILABLE for an unknown key_id or a provider that is away, CREDENTIAL_CORRUPT when a tag
  // does not match.
  virtual absl::StatusOr<Secret> Open(const Sealed& sealed, std::string_view context) = 0;
};

}  // namespace syncline::secret
