#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "model/resource_name.h"
#include "store/database.h"
#include "syncline/v1/object.pb.h"
#include "syncline/v1/object_type.pb.h"

namespace syncline::store {

// Reads objects: rows of the table of their type. Every function works inside the caller's
// transaction and keeps no state. `type` is the object type as ObjectTypeStore gives it; a type
// whose table was not made yet has no objects.

// NOT_FOUND. SCHEMA_DRIFT when the table lost a column.
absl::StatusOr<v1::Object> FindObject(Transaction& transaction, const model::ObjectName& name,
                                      const v1::ObjectType& type);

// Up to `limit`, in order of id, after `after_id` (0 = from the start), that match `filter`
// (see ParseFilter). INVALID_ARGUMENT names an unknown field or a value that its type cannot hold.
absl::StatusOr<std::vector<v1::Object>> ListObjects(Transaction& transaction,
                                                    const model::ObjectTypeName& parent,
                                                    const v1::ObjectType& type,
                                                    std::string_view filter, std::int64_t after_id,
                                                    std::int64_t limit);

}  // namespace syncline::store
