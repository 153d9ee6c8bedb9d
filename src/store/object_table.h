#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/database.h"
#include "syncline/v1/object_type.pb.h"

namespace syncline::store {

// The table of an object type: one typed column per field, a unique index per unique field, and
// object_id, revision, create_time, update_time, archive_time. Made and extended only here, in a
// transaction of its own with a short lock timeout, never under a page's transaction.

// The name of the column's type, e.g. "timestamp with time zone", as PostgreSQL's format_type says
// it.
std::string_view ColumnTypeName(v1::Field::Type type);

// The unique index of a field. Its name is a hash, for type and field together may be longer than
// an identifier. Values that are NULL are not in it.
std::string UniqueIndexName(const v1::ObjectType& type, std::string_view field);

// The field behind the constraint of a UNIQUE_VIOLATION; "" when it is none of this type.
std::string FieldOfUniqueIndex(const v1::ObjectType& type, std::string_view index);

// Makes the table or adds the columns that it lacks; does nothing, cheaply, when it fits.
// Concurrent calls are safe. `type.table()` names the table. SCHEMA_DRIFT says which column is not
// of its field's type; DATABASE_CONFLICT when a lock was not to be had (the caller tries again).
absl::Status EnsureObjectTable(Transaction& transaction, const v1::ObjectType& type);

// Drops the table if there is one.
absl::Status DropObjectTable(Transaction& transaction, const v1::ObjectType& type);

}  // namespace syncline::store
