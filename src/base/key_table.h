#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/hash.h"

namespace syncline::base {

// Places in a vector of keys by key: an open-addressing table, twice as long as the vector may
// become. The caller keeps the keys and passes them to every call. Not for concurrent writing.
class KeyTable {
 public:
  explicit KeyTable(std::size_t count_max);
  // The place that has this key already; otherwise notes `place` under it and returns `place`.
  std::size_t FindOrAdd(const Hash128& key, std::size_t place, const std::vector<Hash128>& keys);
  std::optional<std::size_t> Find(const Hash128& key, const std::vector<Hash128>& keys) const;

 private:
  // Of the key, or the free slot where it belongs.
  std::size_t SlotOf(const Hash128& key, const std::vector<Hash128>& keys) const;

  std::vector<std::uint32_t> slots_;  // place + 1; 0 = free
};

}  // namespace syncline::base
