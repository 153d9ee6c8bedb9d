#pragma once

#include <vector>

#include "base/hash.h"
#include "base/key_table.h"
#include "load/load_target.h"
#include "model/row.h"

namespace syncline::load {

// Everything by which a page can meet another one: the values of its unique fields, sync keys
// among them, as hashes. Two pages that share none write neither the same object, by key,
// nor the same link, and neither waits for a row of the other. Immutable.
class PageKeys {
 public:
  PageKeys(const LoadTarget& target, const model::RowBatch& rows);
  // True also when it is not known: equal values of some fields have several spellings (numbers,
  // JSON).
  bool Intersect(const PageKeys& other) const;

 private:
  bool comparable_ = true;
  std::vector<base::Hash128> hashes_;
  base::KeyTable table_;
};

}  // namespace syncline::load
