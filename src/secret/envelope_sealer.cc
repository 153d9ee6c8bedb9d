#include "secret/envelope_sealer.h"

#include <fmt/format.h>

#include "base/status.h"
#include "secret/aes_gcm.h"
#include "secret/random_bytes.h"

namespace syncline::secret {
absl::StatusOr<Sealed> EnvelopeSealer::Seal(const Secret& secret, std::string_view context) {
  if (secret.Reveal().size() > kSecretBytesMax) {
    return base::Error(base::Reason::kInvalidArgument,
                       fmt::format("a secret may have at most {} bytes", kSecretBytesMax));
  }
  // One data key per sealed secret: its nonce cannot repeat.
  SYNCLINE_ASSIGN_OR_RETURN(const Secret data_key, RandomBytes(kAesKeyBytes));
  SYNCLINE_ASSIGN_OR_RETURN(WrappedKey wrapped, keys_.Wrap(data_key, context));
  SYNCLINE_ASSIGN_OR_RETURN(std::string ciphertext, SealAesGcm(data_key, secret.Reveal(), context));
  return Sealed{.algorithm = std::string(kAlgorithm),
                .key_id = std::move(wrapped.key_id),
                .wrapped_key = std::move(wrapped.bytes),
                .ciphertext = std::move(ciphertext)};
}

absl::StatusOr<Secret> EnvelopeSealer::Open(const Sealed& sealed, std::string_view context) {
  if (!keys_.Owns(sealed.key_id)) return KeyMissing(sealed.key_id);
  if (sealed.algorithm != kAlgorithm) return SealedSecretCorrupt();
  SYNCLINE_ASSIGN_OR_RETURN(const Secret data_key,
                            keys_.Unwrap({sealed.key_id, sealed.wrapped_key}, context));
  std::optional<Secret> secret = OpenAesGcm(data_key, sealed.ciphertext, context);
  if (!secret.has_value()) return SealedSecretCorrupt();
  return *std::move(secret);
}

}  // namespace syncline::secret
