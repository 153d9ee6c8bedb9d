#pragma once

#include "secret/keyring.h"
#include "secret/sealer.h"

namespace syncline::secret {

// Sealer over the keys of a keyring, which must outlive it. Keeps no state, safe for concurrent
// use.
class EnvelopeSealer final : public Sealer {
 public:
  explicit EnvelopeSealer(const Keyring& keyring) : keyring_(keyring) {}

  // Also INVALID_ARGUMENT for a secret above kSecretBytesMax.
  absl::StatusOr<Sealed> Seal(const Secret& secret, std::string_view context) override;
  absl::StatusOr<Secret> Open(const Sealed& sealed, std::string_view context) override;

  static constexpr std::string_view kAlgorithm = "AES-256-GCM";
  static constexpr std::size_t kSecretBytesMax = 64 * 1024;

 private:
  const Keyring& keyring_;
};

}  // namespace syncline::secret
