#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/hash.h"
#include "expression/value.h"
#include "json/document.h"

namespace syncline::paging {

// Finds any cycle in a sequence of fingerprints in constant memory: each is compared with the one
// before and with an anchor that moves to every power-of-two position (Brent 1980), so that a cycle
// of period p is found within a few rounds whatever p is. Plain value.
class CycleDetector {
 public:
  // The period when `fingerprint` repeats, else 0.
  std::int64_t Observe(const base::Hash128& fingerprint);
  void AppendJson(std::string* out) const;
  // False when `node` is not what AppendJson wrote.
  bool Read(json::Node node);

 private:
  std::int64_t count_ = 0;
  std::int64_t anchor_at_ = 0;  // position of anchor_, from 1
  base::Hash128 previous_;
  base::Hash128 anchor_;
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
