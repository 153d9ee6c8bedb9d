#pragma once

#include <filesystem>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/random.h"
#include "secret/keyring.h"
#include "store/database.h"

namespace syncline::app {

// A new keyring file with one key under a random id. ALREADY_EXISTS, CONFIGURATION_INVALID.
absl::Status GenerateKeys(const std::filesystem::path& path, base::Random& random);

// The keyring of a server. `may_generate` (the embedded database): a missing file is made, but only
// while the database has never known a key, for with a lost keyring every stored secret is lost and
// a new one would hide that. KEY_UNAVAILABLE says how to make one otherwise.
absl::StatusOr<secret::Keyring> LoadKeys(const std::filesystem::path& path, bool may_generate,
                                         store::Database& database, base::Random& random);

}  // namespace syncline::app
