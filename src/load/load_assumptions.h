#pragma once

#include <atomic>

namespace syncline::load {

// What is taken to hold of a run's records until a page shows otherwise, because the unique indexes
// tell at no cost when it does not. Safe for concurrent use.
class LoadAssumptions {
 public:
  // New records are taken to be new objects once so many pages met no known object, until one does.
  static constexpr int kPagesUntilAssumedNew = 2;

  // When the run begins. `has_links`: of the integration.
  void Begin(bool has_links) {
    without_links_ = !has_links;
    if (!has_links) pages_without_merge_ = kPagesUntilAssumedNew;
  }
  // No record has a link.
  bool without_links() const { return without_links_; }
  // A record without a link has no object either.
  bool new_objects() const { return pages_without_merge_ >= kPagesUntilAssumedNew; }

  void NoteConflict() {
    without_links_ = false;
    pages_without_merge_ = 0;
  }
  // Of a committed page: its records without a link, and how many of them had an object.
  void NotePage(std::size_t new_count, std::size_t merged_count) {
    if (merged_count > 0) {
      pages_without_merge_ = 0;
    } else if (new_count > 0 && !new_objects()) {
      ++pages_without_merge_;
    }
  }

 private:
  std::atomic<bool> without_links_ = false;
  std::atomic<int> pages_without_merge_ = 0;
};

}  // namespace syncline::load
