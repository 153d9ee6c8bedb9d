#include "secret/envelope_sealer.h"

#include <fmt/format.h>

#include "base/status.h"
#include "secret/aes_gcm.h"
#include "secret/random_bytes.h"

namespace syncline::secret {
namespace {

absl::Status CheckSize(const Secret& secret) {
  if (secret.Reveal().size() <= EnvelopeSealer::kSecretBytesMax) return absl::OkStatus();
  return base::Error(
      base::Reason::kInvalidArgument,
      fmt::format("a secret may have at most {} bytes", EnvelopeSealer::kSecretBytesMax));
}

}  // namespace

absl::StatusOr<Sealed> Envelope::Seal(const Secret& secret) const {
  SYNCLINE_RETURN_IF_ERROR(CheckSize(secret));
  SYNCLINE_ASSIGN_OR_RETURN(std::string ciphertext,
                            SealAesGcm(data_key_, secret.Reveal(), context_));
  return Sealed{.algorithm = std::string(EnvelopeSealer::kAlgorithm),
                .key_id = wrapped_.key_id,
                .wrapped_key = wrapped_.bytes,
                .ciphertext = std::move(ciphertext)};
}

absl::StatusOr<Envelope> EnvelopeSealer::Prepare(std::string_view context) {
  // One data key per sealed secret: its nonce cannot repeat.
  SYNCLINE_ASSIGN_OR_RETURN(Secret data_key, RandomBytes(kAesKeyBytes));
  SYNCLINE_ASSIGN_OR_RETURN(WrappedKey wrapped, keys_.Wrap(data_key, context));
  return Envelope(std::move(data_key), std::move(wrapped), context);
}

absl::StatusOr<Sealed> EnvelopeSealer::Seal(const Secret& secret, std::string_view context) {
  SYNCLINE_RETURN_IF_ERROR(CheckSize(secret));  // before anybody is asked
  SYNCLINE_ASSIGN_OR_RETURN(const Envelope envelope, Prepare(context));
  return envelope.Seal(secret);
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
