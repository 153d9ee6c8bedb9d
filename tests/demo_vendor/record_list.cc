#include "tests/demo_vendor/record_list.h"

#include <algorithm>
#include <utility>

namespace syncline::demo_vendor {

RenderedList::RenderedList(const std::vector<RecordState>& records, const Render& render) {
  text_.reserve(records.size() * 760);
  starts_.reserve(records.size() + 1);
  for (const RecordState& record : records) {
    starts_.push_back(text_.size());
    text_ += render(record);
    text_ += ',';
  }
  starts_.push_back(text_.size());
}

std::string_view RenderedList::Slice(std::int64_t offset, std::int64_t count) const {
  if (offset < 0 || offset >= size() || count <= 0) return {};
  const std::int64_t end = std::min(size(), offset + count);
  return std::string_view(text_).substr(starts_[offset], starts_[end] - 1 - starts_[offset]);
}

RecordList::RecordList(std::int64_t count, RenderedList::Render render)
    : count_(count), render_(std::move(render)) {
  Reset();
}

std::shared_ptr<const RenderedList> RecordList::rendered() const {
  const std::lock_guard lock(mutex_);
  return rendered_;
}

std::int64_t RecordList::Change(std::int64_t every) {
  const std::lock_guard lock(mutex_);
  std::int64_t changed = 0;
  for (std::size_t i = 0; i < records_.size(); i += static_cast<std::size_t>(every)) {
    ++records_[i].revision;
    ++changed;
  }
  Publish();
  return changed;
}

bool RecordList::Delete(std::int64_t number) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(records_.begin(), records_.end(), [&](const RecordState& record) {
    return record.number == number;
  });
  if (found == records_.end()) return false;
  records_.erase(found);
  Publish();
  return true;
}

void RecordList::Reset() {
  const std::lock_guard lock(mutex_);
  records_.resize(static_cast<std::size_t>(count_));
  for (std::int64_t i = 0; i < count_; ++i) records_[i] = {.number = i, .revision = 0};
  Publish();
}

void RecordList::Publish() {
  rendered_.reset();  // not two renderings at once unless a page is being sent
  rendered_ = std::make_shared<const RenderedList>(records_, render_);
}

}  // namespace syncline::demo_vendor
