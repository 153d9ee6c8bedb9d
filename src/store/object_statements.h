#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/row.h"

namespace syncline::store {

// A mapped field of an object type, and whether an empty value clears it.
struct ObjectColumn {
  model::Column column;
  bool clear_when_empty = false;
};

// The texts of the statements that write the objects of one type, for one set of columns.
// Immutable. `table` is ObjectType.table, quoted. Array parameters hold one element per object: $1
// the ids, then one array per column in order.
class ObjectStatements {
 public:
  ObjectStatements(std::string_view table, const std::vector<ObjectColumn>& columns);

  // COPY … FROM STDIN (FORMAT binary): object_id, then the columns.
  const std::string& copy() const { return copy_; }
  // Inserts what conflicts with no unique field; answers the ids of those.
  const std::string& insert() const { return insert_; }
  // Writes objects of which a column differs, exactly ("1.10" is not "1.1"), and raises their
  // revision; answers the ids of those.
  const std::string& update() const { return update_; }
  // Which of the ids $1 exist.
  const std::string& exists() const { return exists_; }
  // Objects by a unique column: $1 an array of values; answers (place in the array from 1,
  // object_id).
  std::string Find(std::size_t column) const;

 private:
  std::string table_;
  std::vector<ObjectColumn> columns_;
  std::string copy_, insert_, update_, exists_;
};

}  // namespace syncline::store
