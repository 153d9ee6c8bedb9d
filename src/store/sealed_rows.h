#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "secret/key_provider.h"
#include "store/database.h"

namespace syncline::store {

// A table whose rows carry the columns of secret::Sealed: algorithm, key_id, wrapped_key,
// ciphertext; with `prefix` before their names where a row carries several. `context` and
// `resource` are SQL over its columns: the associated data that its rows were sealed with, and the
// name that an audit event says.
struct SealedTable {
  std::string_view name;
  std::string_view prefix;
  std::string_view context;
  std::string_view resource;
};

// Every such table but key_canary, whose rows stay with their key. Rotation, the check at start and
// `keys list` go by this list: a new table is one line of it.
std::span<const SealedTable> SealedTables();

// How many rows a key seals, over all tables; in order of id.
struct KeyUse {
  std::string key_id;
  std::int64_t row_count = 0;
};
absl::StatusOr<std::vector<KeyUse>> CountKeyUses(Transaction& transaction);

// One row that an older key wraps, as it was read. Nothing is locked: wrapping it anew may wait for
// a key service.
struct SealedRow {
  std::string place;  // of this version of the row
  std::string context;
  std::string resource;
  secret::WrappedKey wrapped;
};
// Up to `limit` rows behind `after` ("" = from the start) that another key than `active_id` wraps.
absl::StatusOr<std::vector<SealedRow>> ReadRowsOfOtherKeys(Transaction& transaction,
                                                           const SealedTable& table,
                                                           std::string_view active_id,
                                                           std::string_view after,
                                                           std::int64_t limit);
// Puts `wrapped` in the place of what `row` had, and nothing else. False when the row is not as it
// was read any more, or somebody else holds it.
absl::StatusOr<bool> RewrapRow(Transaction& transaction, const SealedTable& table,
                               const SealedRow& row, const secret::WrappedKey& wrapped);

}  // namespace syncline::store
