#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "secret/sealer.h"
#include "store/database.h"

namespace syncline::store {

// Proves at start that the keys fit the database: the active key and every key that sealed a row of
// SealedTables must open the known text that was sealed with it when it was first used. A key seen
// for the first time gets its canary here, so call it before anything is sealed.
// KEY_UNAVAILABLE, naming the key: it is not there, cannot be reached, or its bytes are not those
// of before.
// DATABASE_UNAVAILABLE.
absl::Status VerifyKeys(Database& database, secret::Sealer& sealer);

// False for a database in which no key was ever active: a fresh key loses nothing there.
absl::StatusOr<bool> KnowsAnyKey(Database& database);

}  // namespace syncline::store
