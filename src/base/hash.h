#pragma once

#include <cstdint>
#include <string_view>

namespace syncline::base {

// 128 bits of xxHash (XXH3): fingerprints of pages, record keys and mapped rows. Not for secrets.
struct Hash128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend bool operator==(const Hash128&, const Hash128&) = default;
  friend auto operator<=>(const Hash128&, const Hash128&) = default;
};

Hash128 HashBytes(std::string_view bytes, std::uint64_t seed = 0);

struct Hash128Hasher {
  std::size_t operator()(const Hash128& hash) const { return hash.low; }
};

}  // namespace syncline::base
