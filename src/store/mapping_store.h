#pragma once

#include "absl/status/statusor.h"
#include "model/resource_name.h"
#include "store/database.h"
#include "store/resource_row.h"
#include "syncline/v1/mapping.pb.h"

namespace syncline::store {

// Rows of syncline.mapping, one per integration. Every function works inside the caller's
// transaction and keeps no state. Messages come back with name, version, etag and time filled in;
// version 0 means that the mapping was never set.

// The empty mapping of a new integration.
absl::StatusOr<v1::Mapping> InsertMapping(Transaction& transaction, const model::MappingName& name);
// NOT_FOUND.
absl::StatusOr<v1::Mapping> FindMapping(Transaction& transaction, const model::MappingName& name,
                                        Lock lock = Lock::kNone);
// NOT_FOUND. Raises the version. The caller compared the etag under Lock::kForUpdate.
absl::StatusOr<v1::Mapping> UpdateMapping(Transaction& transaction, const model::MappingName& name,
                                          const v1::Mapping& mapping);

}  // namespace syncline::store
