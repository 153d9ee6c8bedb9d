#pragma once

#include <cstdint>
#include <string>

namespace syncline::model {

// Where the next incremental run of a partition begins: milliseconds since 1970, or a number that
// rises, as the integration's `incremental` says.
struct PartitionState {
  std::string partition;  // "" for a list that is not split
  std::int64_t value = 0;
  friend bool operator==(const PartitionState&, const PartitionState&) = default;
};

}  // namespace syncline::model
