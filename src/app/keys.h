#pragma once

#include <filesystem>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "app/config.h"
#include "base/clock.h"
#include "base/random.h"
#include "credential/vault_client.h"
#include "http/transport.h"
#include "secret/key_provider.h"
#include "store/database.h"

namespace syncline::app {

// A new keyring file with one key under a random id. ALREADY_EXISTS, CONFIGURATION_INVALID.
absl::Status GenerateKeys(const std::filesystem::path& path, base::Random& random);

// What a server seals with, by its settings: Vault's transit key, else the keyring of the
// environment, else the keyring file; those that come later in this order only open, so that
// secrets can move. The file is needed only where it is the one that seals, and read also where it
// was named. Owned by the composition root.
struct Keys {
  std::unique_ptr<http::Transport> transport;  // to Vault; null without it
  std::unique_ptr<credential::VaultClient> vault;
  std::unique_ptr<const secret::KeyProvider> provider;
};

// `may_generate` (the embedded database): a missing keyring file is made, but only while the
// database has never known a key, for with a lost keyring every stored secret is lost and a new one
// would hide that. KEY_UNAVAILABLE says how to make one otherwise. CONFIGURATION_INVALID.
absl::StatusOr<Keys> LoadKeys(const Config& config, bool may_generate, store::Database& database,
                              const base::Clock& clock, base::Random& random);

}  // namespace syncline::app
