#pragma once

#include <mutex>
#include <optional>

#include "credential/data_key_cache.h"
#include "credential/vault_client.h"
#include "secret/key_provider.h"

namespace syncline::credential {

// KeyProvider whose keys never leave HashiCorp Vault: its transit secrets engine wraps and unwraps
// (developer.hashicorp.com/vault/api-docs/secret/transit). Key ids read "vault:KEY:v3", after the
// versions of the transit key. The context goes as `associated_data`, which wants an AEAD key type
// (aes256-gcm96, the default), and as `context` as well where the key is derived.
//
// What was unwrapped is kept for DataKeyCache's while, so that Vault's absence is outlived for as
// long. A call waits for VaultClient::kCallTimeout at most, the first one twice as long.
class VaultKeyProvider final : public secret::KeyProvider {
 public:
  // `mount`: of the transit engine, e.g. "transit". Both in the spelling of a URL path.
  VaultKeyProvider(const VaultClient& vault, std::string mount, std::string key,
                   const base::Clock& clock)
      : vault_(vault), mount_(std::move(mount)), key_(std::move(key)), cache_(clock) {}

  // From min_decryption_version to the latest, which is the active one.
  absl::StatusOr<std::vector<std::string>> Ids() const override;
  bool Owns(std::string_view key_id) const override;
  absl::StatusOr<secret::WrappedKey> Wrap(const secret::Secret& data_key,
                                          std::string_view context) const override;
  absl::StatusOr<secret::Secret> Unwrap(const secret::WrappedKey& wrapped,
                                        std::string_view context) const override;

 private:
  struct KeyFacts {
    std::int64_t oldest = 1;
    std::int64_t latest = 1;
    bool derived = false;
  };
  absl::StatusOr<KeyFacts> ReadFacts() const;
  absl::StatusOr<bool> IsDerived() const;
  // The JSON of one request: `name` is its first member, of base64 or Vault's own text.
  absl::StatusOr<std::string> BodyOf(std::string_view name, std::string_view value,
                                     std::string_view context) const;

  const VaultClient& vault_;
  const std::string mount_;
  const std::string key_;
  mutable DataKeyCache cache_;
  mutable std::mutex mutex_;
  mutable std::optional<bool> derived_;  // never changes for a transit key
};

}  // namespace syncline::credential
