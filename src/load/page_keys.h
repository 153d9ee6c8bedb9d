#pragma once

#include <cstdint>
#include <vector>

#include "load/load_target.h"
#include "model/row.h"

namespace syncline::load {

// Everything by which a page can meet another one: the values of its unique fields, sync keys
// among them, as 64-bit hashes. Two pages that share none write neither the same object, by key,
// nor the same link, and neither waits for a row of the other. Immutable.
class PageKeys {
 public:
  PageKeys(const LoadTarget& target, const model::RowBatch& rows);
  // True also when it is not known: hashes that are equal by chance, and fields whose equal values
  // have several spellings (numbers, JSON).
  bool Intersect(const PageKeys& other) const;

 private:
  std::size_t PlaceOf(std::uint64_t hash) const;

  bool comparable_ = true;
  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint64_t> slots_;  // open addressing, at most half full; 0 = free
};

}  // namespace syncline::load
