#pragma once

#include "secret/key_provider.h"
#include "secret/sealer.h"

namespace syncline::secret {

// Sealer over the keys of a provider, which must outlive it. Keeps no state, safe for concurrent
// use; waits where the provider waits.
class EnvelopeSealer final : public Sealer {
 public:
  explicit EnvelopeSealer(const KeyProvider& keys) : keys_(keys) {}

  // Also INVALID_ARGUMENT for a secret above kSecretBytesMax.
  absl::StatusOr<Sealed> Seal(const Secret& secret, std::string_view context) override;
  absl::StatusOr<Envelope> Prepare(std::string_view context) override;
  absl::StatusOr<Secret> Open(const Sealed& sealed, std::string_view context) override;

  static constexpr std::string_view kAlgorithm = "AES-256-GCM";
  static constexpr std::size_t kSecretBytesMax = 64 * 1024;

 private:
  const KeyProvider& keys_;
};

}  // namespace syncline::secret
