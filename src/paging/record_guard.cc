#include "paging/record_guard.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/status.h"

namespace syncline::paging {

bool RecentHashes::Add(const base::Hash128& hash) {
  if (old_.has_value() && old_->table.Find(hash, old_->hashes).has_value()) return false;
  const std::size_t place = young_.hashes.size();
  if (young_.table.FindOrAdd(hash, place, young_.hashes) != place) return false;
  young_.hashes.push_back(hash);
  if (young_.hashes.size() == young_.count_max) {
    const std::size_t next = std::min(2 * young_.count_max, kRememberedMax);
    old_ = std::move(young_);
    young_ = Generation(next);
  }
  return true;
}

absl::Status RecordGuard::Observe(const Page& page) {
  if (page.begins_list) *this = RecordGuard();
  new_count_ = 0;
  for (const base::Hash128& content : page.contents) new_count_ += contents_.Add(content) ? 1 : 0;
  if (page.keys.empty()) return absl::OkStatus();
  const std::string_view bytes(reinterpret_cast<const char*>(page.keys.data()),
                               page.keys.size_bytes());
  const std::int64_t before = key_rows_.Observe(page.number, base::HashBytes(bytes));
  const bool tells = page.keys.size() > 1 && !page.has_duplicates;
  const bool stale = tells && (new_count_ == 0 || before != 0);
  stale_pages_ = stale ? stale_pages_ + 1 : 0;
  if (stale_pages_ < kStalePagesMax) return absl::OkStatus();
  const std::int64_t first = page.number - kStalePagesMax + 1;
  std::string message =
      before == 0 ? fmt::format("Pages {} to {} bring no record that was not there before", first,
                                page.number)
                  : fmt::format(
                        "Page {} brings the records of page {} again, and so do the {} pages "
                        "before it",
                        page.number, before, kStalePagesMax - 1);
  base::ErrorMetadata metadata = {{"repeats", "records"},
                                  {"page", std::to_string(page.number)},
                                  {"stale_pages", std::to_string(kStalePagesMax)}};
  if (before != 0) {
    metadata.emplace("equals", std::to_string(before));
    metadata.emplace("period", std::to_string(page.number - before));
  }
  return base::Error(base::Reason::kPaginationLoop,
                     message + ": the vendor goes in a circle, or ignores the paging parameters.",
                     metadata);
}

}  // namespace syncline::paging
