#pragma once

#include <cstdint>
#include <deque>
#include <utility>

#include "absl/status/status.h"
#include "load/load_target.h"
#include "store/database.h"

namespace syncline::load {

// Ids of objects and links, taken from the workspace's sequences in blocks, so that rows are
// written with ids that are known beforehand. Ids that are not used leave gaps. One thread at a
// time.
class IdBlocks {
 public:
  static constexpr std::int64_t kBlockLength = 1'024;  // INCREMENT of the sequences
  static constexpr std::int64_t kBlocksAhead = 4;

  explicit IdBlocks(const LoadTarget& target) : target_(target) {}
  // Afterwards NextObject and NextLink may be called `count` times each. Sequences are not rolled
  // back, so the ids stay ours whatever becomes of the transaction.
  absl::Status Reserve(store::Transaction& transaction, std::size_t count);
  std::int64_t NextObject() { return Next(objects_); }
  std::int64_t NextLink() { return Next(links_); }

 private:
  using Blocks = std::deque<std::pair<std::int64_t, std::int64_t>>;  // [next, end)
  static std::int64_t Next(Blocks& blocks);
  static std::int64_t Left(const Blocks& blocks);

  const LoadTarget& target_;
  Blocks objects_;
  Blocks links_;
};

}  // namespace syncline::load
