#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/hash.h"
#include "expression/value.h"
#include "json/document.h"

namespace syncline::paging {

// Finds any cycle in a sequence of fingerprints in constant memory: each is compared with the last
// kRecentMax, so that a short cycle is found when its first fingerprint comes again; and with an
// anchor that moves to every power-of-two position (Brent 1980), so that a cycle of period p is
// found within a few rounds whatever p is. Plain value. The recent ones are not part of its JSON: a
// resumed walk collects them anew.
class CycleDetector {
 public:
  static constexpr std::size_t kRecentMax = 256;

  // `page` (from 1, rising) has this fingerprint. The page that had it before, 0 = none.
  std::int64_t Observe(std::int64_t page, const base::Hash128& fingerprint);
  void AppendJson(std::string* out) const;
  // False when `node` is not what AppendJson wrote.
  bool Read(json::Node node);

 private:
  struct Seen {
    std::int64_t page = 0;  // 0 = none
    base::Hash128 fingerprint;
  };
  static bool ReadSeen(json::Node object, std::string_view name, Seen* seen);

  std::int64_t count_ = 0;
  Seen previous_;
  Seen anchor_;
  std::vector<Seen> recent_;   // a ring
  std::size_t recent_at_ = 0;  // where the next one goes
};

// Ends a walk that does not get on (PAGINATION_LOOP): the same page again, the same token or link
// again, with any period, or empty pages without end. Its state is part of the checkpoint, so that
// a resumed run knows what it saw. Not thread-safe.
class ProgressGuard {
 public:
  // Consecutive empty pages that a cursor may bring before more is expected of it.
  static constexpr std::int64_t kEmptyPagesMax = 3;
  // Records that a page's fingerprint is made of: the first, the last and some in between.
  static constexpr std::uint32_t kSampledRecords = 32;

  // `page` (from 1) brought these records.
  absl::Status ObservePage(std::int64_t page, const expression::Value& records);
  // `page` says that `cursor` leads to the next one.
  absl::Status ObserveCursor(std::int64_t page, std::string_view cursor);

  void AppendJson(std::string* out) const;
  bool Read(json::Node node);

 private:
  CycleDetector pages_;
  CycleDetector cursors_;
  std::int64_t empty_pages_ = 0;
};

}  // namespace syncline::paging
