#include "load/link_reader.h"

#include <numeric>
#include <unordered_map>

#include "base/status.h"
#include "store/wire_format.h"

namespace syncline::load {

absl::StatusOr<std::vector<std::uint32_t>> ReadLinksOf(store::Connection& connection,
                                                       const LoadTarget& target,
                                                       const model::RowBatch& rows,
                                                       std::span<const std::size_t> asked,
                                                       std::vector<Link>* links) {
  if (asked.empty()) return std::vector<std::uint32_t>();
  std::vector<base::Hash128> keys;
  std::unordered_map<base::Hash128, std::size_t, base::Hash128Hasher> row_of(asked.size());
  keys.reserve(asked.size());
  for (const std::size_t row : asked) {
    keys.push_back(rows.record_keys[row]);
    row_of.emplace(rows.record_keys[row], row);
  }
  SYNCLINE_ASSIGN_OR_RETURN(
      const store::Result found,
      connection.Execute(target.links,
                         store::Parameters().Int64(target.integration_uid).HashArray(keys)));
  std::vector<std::uint32_t> blocks;
  blocks.reserve(static_cast<std::size_t>(found.size()));
  for (int i = 0; i < found.size(); ++i) {
    (*links)[row_of.at(found.Hash(i, 0))] = {
        .link_id = found.Int64(i, 1), .object_id = found.Int64(i, 2), .row_hash = found.Hash(i, 3)};
    // A tid is its block and a place within, 4 and 2 bytes (tidsend in tid.c).
    blocks.push_back(static_cast<std::uint32_t>(store::ReadInt32(found.Bytes(i, 4))));
  }
  return blocks;
}

absl::StatusOr<std::vector<Link>> ReadLinks(store::Connection& connection, const LoadTarget& target,
                                            const model::RowBatch& rows) {
  std::vector<Link> links(rows.size());
  std::vector<std::size_t> all(rows.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  SYNCLINE_RETURN_IF_ERROR(ReadLinksOf(connection, target, rows, all, &links).status());
  return links;
}

}  // namespace syncline::load
