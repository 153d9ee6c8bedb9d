#include "load/link_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/status.h"
#include "store/wire_format.h"

namespace syncline::load {
namespace {

// A row of the link table takes 84 bytes of a block of 8 KiB that is filled to 90 %.
constexpr std::size_t kLinksPerBlock = 80;
// Blocks of a page may be mixed with those of two others that were written at the same time.
constexpr std::size_t kSpread = 3;
// Sampled blocks that are so near each other belong to one run.
constexpr std::uint32_t kGapMax = 8;

}  // namespace

LinkReader::LinkReader(store::Connection& connection, const LoadTarget& target,
                       const model::RowBatch& rows)
    : connection_(connection),
      target_(target),
      rows_(rows),
      row_of_(rows.size()),
      links_(rows.size()) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    row_of_.FindOrAdd(rows.record_keys[i], i, rows.record_keys);
  }
}

std::vector<BlockRange> LinkReader::RangesAround(std::vector<std::uint32_t> sample,
                                                 std::uint32_t blocks_max) {
  std::ranges::sort(sample);
  std::vector<BlockRange> ranges;
  std::uint32_t total = 0;
  for (std::size_t first = 0; first < sample.size();) {
    std::size_t end = first + 1;
    while (end < sample.size() && sample[end] - sample[end - 1] <= kGapMax) ++end;
    // A block on its own holds a link that was changed, and moved, or came late.
    if (end - first > 1) {
      // The ends of a run are seldom in the sample.
      const std::uint32_t begin = sample[first] - std::min(sample[first], 1U);
      ranges.push_back({begin, sample[end - 1] + 2});
      total += ranges.back().end - begin;
    }
    first = end;
  }
  if (ranges.size() > kRangesMax || total > blocks_max) ranges.clear();
  return ranges;
}

absl::StatusOr<std::vector<Link>> LinkReader::Read() {
  if (rows_.size() >= kScanRowsMin) {
    std::vector<std::size_t> sample(kSample);
    for (std::size_t i = 0; i < kSample; ++i) sample[i] = i * (rows_.size() - 1) / (kSample - 1);
    SYNCLINE_ASSIGN_OR_RETURN(const std::vector<std::uint32_t> blocks, ReadByKey(sample));
    const std::size_t blocks_max = kSpread * (rows_.size() / kLinksPerBlock + 2);
    for (const BlockRange& range : RangesAround(blocks, static_cast<std::uint32_t>(blocks_max))) {
      SYNCLINE_RETURN_IF_ERROR(Scan(range));
    }
  }
  SYNCLINE_RETURN_IF_ERROR(ReadByKey(Lacking()).status());
  return std::move(links_);
}

std::vector<std::size_t> LinkReader::Lacking() const {
  std::vector<std::size_t> lacking;
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    if (links_[row].link_id == 0) lacking.push_back(row);
  }
  return lacking;
}

absl::StatusOr<std::vector<std::uint32_t>> LinkReader::ReadByKey(
    std::span<const std::size_t> asked) {
  std::vector<std::uint32_t> blocks;
  if (asked.empty()) return blocks;
  std::vector<base::Hash128> keys;
  keys.reserve(asked.size());
  for (const std::size_t row : asked) keys.push_back(rows_.record_keys[row]);
  SYNCLINE_ASSIGN_OR_RETURN(
      const store::Result found,
      connection_.Execute(target_.links,
                          store::Parameters().Int64(target_.integration_uid).HashArray(keys)));
  for (int i = 0; i < found.size(); ++i) {
    Keep(found, i);
    // A tid is its block and a place within, 4 and 2 bytes (tidsend in tid.c).
    blocks.push_back(static_cast<std::uint32_t>(store::ReadInt32(found.Bytes(i, 4))));
  }
  return blocks;
}

absl::Status LinkReader::Scan(const BlockRange& range) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const store::Result found,
      connection_.Execute(target_.links_between, store::Parameters()
                                                     .Int64(target_.integration_uid)
                                                     .Text(fmt::format("({},0)", range.begin))
                                                     .Text(fmt::format("({},0)", range.end))));
  for (int i = 0; i < found.size(); ++i) scanned_count_ += Keep(found, i) ? 1 : 0;
  return absl::OkStatus();
}

bool LinkReader::Keep(const store::Result& found, int i) {
  const auto row = row_of_.Find(found.Hash(i, 0), rows_.record_keys);
  if (!row.has_value()) return false;
  links_[*row] = {
      .link_id = found.Int64(i, 1), .object_id = found.Int64(i, 2), .row_hash = found.Hash(i, 3)};
  return true;
}

}  // namespace syncline::load
