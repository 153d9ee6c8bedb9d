#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "model/resource_name.h"
#include "store/database.h"
#include "store/resource_row.h"
#include "syncline/v1/object_type.pb.h"

namespace syncline::store {

// Object types of a workspace: the built-in ones and the rows of syncline.object_type. Every
// function works inside the caller's transaction and keeps no state. Messages come back with name,
// built_in, table, etag and times filled in (built-in types have no times and a fixed etag).

// ALREADY_EXISTS, also for the id of a built-in type.
absl::StatusOr<v1::ObjectType> InsertObjectType(Transaction& transaction,
                                                const model::ObjectTypeName& name,
                                                const v1::ObjectType& object_type);
// Built-in or custom. NOT_FOUND.
absl::StatusOr<v1::ObjectType> FindObjectType(Transaction& transaction,
                                              const model::ObjectTypeName& name,
                                              Lock lock = Lock::kNone);
// Built-in and custom together, up to `limit`, in order of id, after `after_id` ("" = from the
// start).
absl::StatusOr<std::vector<v1::ObjectType>> ListObjectTypes(Transaction& transaction,
                                                            std::string_view workspace,
                                                            std::string_view after_id,
                                                            std::int64_t limit);
// NOT_FOUND. Custom types only; the caller compared the etag under Lock::kForUpdate.
absl::StatusOr<v1::ObjectType> UpdateObjectType(Transaction& transaction,
                                                const model::ObjectTypeName& name,
                                                const v1::ObjectType& object_type);
// NOT_FOUND. Custom types only.
absl::Status DeleteObjectType(Transaction& transaction, const model::ObjectTypeName& name);
// Names of up to `limit` integrations that write objects of it.
absl::StatusOr<std::vector<std::string>> ObjectTypeUsers(Transaction& transaction,
                                                         const model::ObjectTypeName& name,
                                                         std::int64_t limit);

}  // namespace syncline::store
