#include "base/key_table.h"

#include <bit>

namespace syncline::base {

KeyTable::KeyTable(std::size_t count_max) : slots_(std::bit_ceil(count_max * 2 + 1)) {}

std::size_t KeyTable::SlotOf(const Hash128& key, const std::vector<Hash128>& keys) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = key.low & mask;
  while (slots_[slot] != 0 && keys[slots_[slot] - 1] != key) slot = (slot + 1) & mask;
  return slot;
}

std::size_t KeyTable::FindOrAdd(const Hash128& key, std::size_t place,
                                const std::vector<Hash128>& keys) {
  std::uint32_t& slot = slots_[SlotOf(key, keys)];
  if (slot == 0) slot = static_cast<std::uint32_t>(place + 1);
  return slot - 1;
}

std::optional<std::size_t> KeyTable::Find(const Hash128& key,
                                          const std::vector<Hash128>& keys) const {
  const std::uint32_t slot = slots_[SlotOf(key, keys)];
  if (slot == 0) return std::nullopt;
  return slot - 1;
}

}  // namespace syncline::base
