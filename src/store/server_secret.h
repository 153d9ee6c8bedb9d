#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "secret/sealer.h"
#include "store/database.h"

namespace syncline::store {

// 32 random bytes that all servers of this database share, e.g. to sign page tokens; made by the
// first that asks for `id`, sealed in syncline.server_secret. KEY_UNAVAILABLE, CREDENTIAL_CORRUPT,
// DATABASE_UNAVAILABLE.
absl::StatusOr<secret::Secret> LoadServerSecret(Database& database, secret::Sealer& sealer,
                                                std::string_view id);

}  // namespace syncline::store
