#include "load/id_blocks.h"

#include <algorithm>

#include "base/status.h"

namespace syncline::load {

std::int64_t IdBlocks::Left(const Blocks& blocks) {
  std::int64_t left = 0;
  for (const auto& [next, end] : blocks) left += end - next;
  return left;
}

std::int64_t IdBlocks::Next(Blocks& blocks) {
  const std::int64_t id = blocks.front().first++;
  if (blocks.front().first == blocks.front().second) blocks.pop_front();
  return id;
}

absl::Status IdBlocks::Reserve(store::Transaction& transaction, std::size_t count) {
  const std::int64_t lacking =
      static_cast<std::int64_t>(count) - std::min(Left(objects_), Left(links_));
  if (lacking <= 0) return absl::OkStatus();
  const std::int64_t blocks = std::max((lacking + kBlockLength - 1) / kBlockLength, kBlocksAhead);
  SYNCLINE_ASSIGN_OR_RETURN(const store::Result rows,
                            transaction.Execute(target_.ids, store::Parameters().Int64(blocks)));
  for (int row = 0; row < rows.size(); ++row) {
    objects_.emplace_back(rows.Int64(row, 0), rows.Int64(row, 0) + kBlockLength);
    links_.emplace_back(rows.Int64(row, 1), rows.Int64(row, 1) + kBlockLength);
  }
  return absl::OkStatus();
}

}  // namespace syncline::load
