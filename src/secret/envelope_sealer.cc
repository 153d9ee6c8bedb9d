#include "secret/envelope_sealer.h"

#include <fmt/format.h>

#include "base/status.h"
#include "secret/aes_gcm.h"
#include "secret/random_bytes.h"

namespace syncline::secret {
namespace {

absl::Status Corrupt() {
  return base::Error(
      base::Reason::kCredentialCorrupt,
      "a sealed secret does not open: it was altered, moved from another place, or its "
      "key's bytes were exchanged");
}

}  // namespace

absl::StatusOr<Sealed> EnvelopeSealer::Seal(const Secret& secret, std::string_view context) {
  if (secret.Reveal().size() > kSecretBytesMax) {
    return base::Error(base::Reason::kInvalidArgument,
                       fmt::format("a secret may have at most {} bytes", kSecretBytesMax));
  }
  // One data key per sealed secret: its nonce cannot repeat.
  SYNCLINE_ASSIGN_OR_RETURN(const Secret data_key, RandomBytes(kAesKeyBytes));
  Sealed sealed{.algorithm = std::string(kAlgorithm), .key_id = keyring_.active_id()};
  SYNCLINE_ASSIGN_OR_RETURN(sealed.wrapped_key,
                            SealAesGcm(keyring_.active_key(), data_key.Reveal(), context));
  SYNCLINE_ASSIGN_OR_RETURN(sealed.ciphertext, SealAesGcm(data_key, secret.Reveal(), context));
  return sealed;
}

absl::StatusOr<Secret> EnvelopeSealer::Open(const Sealed& sealed, std::string_view context) {
  const Secret* key = keyring_.Find(sealed.key_id);
  if (key == nullptr) {
    return base::Error(
        base::Reason::kKeyUnavailable,
        fmt::format("the keyring has no key \"{}\", which sealed a stored secret", sealed.key_id),
        {{"key_id", sealed.key_id}});
  }
  if (sealed.algorithm != kAlgorithm) return Corrupt();
  const std::optional<Secret> data_key = OpenAesGcm(*key, sealed.wrapped_key, context);
  if (!data_key.has_value()) return Corrupt();
  std::optional<Secret> secret = OpenAesGcm(*data_key, sealed.ciphertext, context);
  if (!secret.has_value()) return Corrupt();
  return *std::move(secret);
}

}  // namespace syncline::secret
