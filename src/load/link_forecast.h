#pragma once

#include <cstdint>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "load/load_target.h"
#include "model/row.h"
#include "store/connection.h"

namespace syncline::load {

// Reads the links of a page by where they stand instead of by key. Links that were made together
// stand together, and vendors mostly list in the same order as the last time, so the links of the
// next page follow those of the page before: a scan of a few blocks in place of an index look-up for
// each. What the guess does not hold is read by key, so it is never wrong, only of no use at times;
// after a guess of no use it rests, each time for twice as many pages.
//
// Safe for concurrent use: one read at a time. Owned by the committer of a run.
class LinkForecast {
 public:
  static constexpr std::uint32_t kWindowBlocks = 16;  // about 1,400 links
  static constexpr std::size_t kLinksMax = 20'000;    // that were read and not asked for yet (I7)
  static constexpr int kWindowsPerPage = 4;
  static constexpr int kRestMax = 64;  // pages

  explicit LinkForecast(const LoadTarget& target) : target_(target) {}
  // The links of these rows, parallel to them, read over this session.
  absl::StatusOr<std::vector<Link>> Read(store::Connection& connection,
                                         const model::RowBatch& rows);
  // To be called after a commit that changed the links of these keys, and before another page with
  // one of them is read: what was read of them before is stale.
  void Forget(std::span<const base::Hash128> keys);
  void ForgetAll();

  // Links that were found without a look-up by key.
  std::int64_t guessed_count() const;

 private:
  using Links = std::unordered_map<base::Hash128, Link, base::Hash128Hasher>;
  // Moves what is known of the rows `lacking` into `links`.
  void Take(const model::RowBatch& rows, std::vector<std::size_t>* lacking,
            std::vector<Link>* links);
  absl::Status ReadWindow(store::Connection& connection);
  // Begins again behind the middle of these blocks.
  void Place(std::vector<std::uint32_t> blocks);
  void Rest();

  const LoadTarget& target_;
  mutable std::mutex mutex_;
  Links known_;
  bool placed_ = false;
  std::uint32_t next_block_ = 0;  // of the window to be read next
  int rest_ = 0;                  // pages still to be read by key alone
  int next_rest_ = 1;
  std::int64_t guessed_count_ = 0;
};

}  // namespace syncline::load
