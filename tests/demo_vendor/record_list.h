#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "tests/demo_vendor/record_text.h"

namespace syncline::demo_vendor {

// A whole list as one text, "{…},{…},…", so that any page of it is a slice and serving a page
// copies nothing. Immutable.
class RenderedList {
 public:
  using Render = std::function<std::string(const RecordState&)>;
  RenderedList(const std::vector<RecordState>& records, const Render& render);

  std::int64_t size() const { return static_cast<std::int64_t>(starts_.size()) - 1; }
  // The records [offset, offset + count), cut at the end of the list; without brackets.
  std::string_view Slice(std::int64_t offset, std::int64_t count) const;

 private:
  std::string text_;
  std::vector<std::size_t> starts_;  // of each record, and one past the last comma
};

// A list that tests may change while it is served. Safe for concurrent use; a page that is being
// sent keeps the rendering it began with.
class RecordList {
 public:
  RecordList(std::int64_t count, RenderedList::Render render);

  std::shared_ptr<const RenderedList> rendered() const;
  // The text of a record that need not be in the list, for faults that never end.
  std::string Text(const RecordState& record) const { return render_(record); }
  // A new revision of every `every`-th record. Returns how many.
  std::int64_t Change(std::int64_t every);
  // False when there is no such record.
  bool Delete(std::int64_t number);
  // Puts back what the list started with.
  void Reset();

 private:
  void Publish();  // with mutex_ held

  const std::int64_t count_;
  const RenderedList::Render render_;
  mutable std::mutex mutex_;
  std::vector<RecordState> records_;
  std::shared_ptr<const RenderedList> rendered_;
};

}  // namespace syncline::demo_vendor
