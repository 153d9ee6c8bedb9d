#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <unordered_set>
#include <vector>

#include "absl/status/statusor.h"
#include "load/load_target.h"
#include "model/row.h"
#include "store/connection.h"

namespace syncline::load {

// The links of these rows, parallel to them. One statement; nothing is locked.
absl::StatusOr<std::vector<Link>> ReadLinks(store::Connection& connection, const LoadTarget& target,
                                            const model::RowBatch& rows);

// Links that were read ahead, per page, and the keys that were written since: what was read before
// an earlier page's commit is stale for those. Safe for concurrent use.
class LinkShelf {
 public:
  // Pages prepared and not yet committed; older ones are forgotten and read by Commit (I7).
  static constexpr std::size_t kPagesMax = 4;
  using KeySet = std::unordered_set<base::Hash128, base::Hash128Hasher>;

  // To be taken before the read that Put stores.
  std::uint64_t version() const;
  void Put(const model::RowBatch& rows, std::uint64_t version, std::vector<Link> links);
  // What was read for these rows, unless a commit since then wrote one of their keys.
  std::optional<std::vector<Link>> Take(const model::RowBatch& rows);
  // A commit wrote the links of these keys.
  void Written(KeySet keys);

 private:
  struct Page {
    base::Hash128 identity;  // of the page's record keys: equal keys have equal links
    std::uint64_t version;
    std::vector<Link> links;
  };
  mutable std::mutex mutex_;
  std::uint64_t version_ = 0;  // commits so far
  std::deque<Page> pages_;
  std::deque<KeySet> written_;  // of the newest commits; the last is that of version_
};

}  // namespace syncline::load
