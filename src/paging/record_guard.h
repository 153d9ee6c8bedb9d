#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/hash.h"
#include "base/key_table.h"
#include "paging/progress_guard.h"

namespace syncline::paging {

// Remembers which hashes it met of late: the last third of them at least and, once that is more
// than kRememberedMax, the last kRememberedMax. What it has forgotten is new to it. Grows with what
// it is given, to about 2 MB; not thread-safe.
class RecentHashes {
 public:
  static constexpr std::size_t kRememberedMax = 32'768;
  // Whether it is new; remembers it.
  bool Add(const base::Hash128& hash);

 private:
  struct Generation {
    explicit Generation(std::size_t most) : table(most), count_max(most) {}
    base::KeyTable table;
    std::vector<base::Hash128> hashes;
    std::size_t count_max;
  };
  static constexpr std::size_t kFirstGeneration = 1'024;
  Generation young_{kFirstGeneration};
  std::optional<Generation> old_;
};

// Ends a walk whose pages bring nothing that is new, though no two of them are alike byte for byte:
// the vendor writes the time of day into its records, or serves them in another order each time.
// Works on mapped records, where the key is known: ProgressGuard sees pages and tokens before that.
//
// A page is stale when none of its records is new: all were seen with the same content, or an
// earlier page had the same keys in the same order. Pages with one record, or with one key twice,
// are never: they are of lists where many records make one object. Not part of the checkpoint: a
// resumed run looks anew. Not thread-safe.
class RecordGuard {
 public:
  // Stale pages in a row that end a walk.
  static constexpr int kStalePagesMax = 3;

  struct Page {
    std::int64_t number = 0;  // of the run
    bool begins_list = false;
    bool has_duplicates = false;              // a key came twice
    std::span<const base::Hash128> keys;      // of the records
    std::span<const base::Hash128> contents;  // parallel to the keys
  };
  // PAGINATION_LOOP with the metadata repeats ("records"), page, equals, period, stale_pages.
  absl::Status Observe(const Page& page);

  // Records of the page before that had not been seen in this list.
  std::int64_t new_count() const { return new_count_; }

 private:
  RecentHashes contents_;
  CycleDetector key_rows_;
  int stale_pages_ = 0;
  std::int64_t new_count_ = 0;
};

}  // namespace syncline::paging
