#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/key_table.h"
#include "load/load_target.h"
#include "model/row.h"
#include "store/connection.h"

namespace syncline::load {

// A run of blocks of the link table: [begin, end).
struct BlockRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  friend bool operator==(const BlockRange&, const BlockRange&) = default;
};

// Reads the links of a page's rows, by where they stand if it can. Links that were made together
// stand together, and vendors mostly list in the same order as the last time. So a few rows are
// looked up by key, and when they stand together the blocks around them are scanned, which costs a
// fraction of a look-up for each row. What was not found there is looked up by key: the guess may
// be of no use, but it is never wrong. Nothing is locked. Lives as long as one read.
class LinkReader {
 public:
  static constexpr std::size_t kSample = 16;
  static constexpr std::size_t kScanRowsMin = 128;  // of a page: below, all is read by key
  static constexpr std::size_t kRangesMax = 3;

  LinkReader(store::Connection& connection, const LoadTarget& target, const model::RowBatch& rows);
  // Parallel to the rows.
  absl::StatusOr<std::vector<Link>> Read();
  // Rows that were found by a scan.
  std::size_t scanned_count() const { return scanned_count_; }

  // Where to scan, when these are the blocks of the sample; empty when they do not stand together.
  // `blocks_max` bounds the sum of what is returned.
  static std::vector<BlockRange> RangesAround(std::vector<std::uint32_t> sample,
                                              std::uint32_t blocks_max);

 private:
  // Looks these rows up by key; returns the blocks of those that have a link, in no order.
  absl::StatusOr<std::vector<std::uint32_t>> ReadByKey(std::span<const std::size_t> asked);
  absl::Status Scan(const BlockRange& range);
  std::vector<std::size_t> Lacking() const;
  // False: not of this page.
  bool Keep(const store::Result& found, int i);

  store::Connection& connection_;
  const LoadTarget& target_;
  const model::RowBatch& rows_;
  base::KeyTable row_of_;
  std::vector<Link> links_;
  std::size_t scanned_count_ = 0;
};

}  // namespace syncline::load
