#include "load/link_reader.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/status.h"

namespace syncline::load {
namespace {

// Commits whose keys are remembered: more than can happen between Put and Take of one page.
constexpr std::size_t kCommitsRemembered = 8;

base::Hash128 IdentityOf(const model::RowBatch& rows) {
  const auto& keys = rows.record_keys;
  return base::HashBytes(
      {reinterpret_cast<const char*>(keys.data()), keys.size() * sizeof(base::Hash128)});
}

}  // namespace

absl::StatusOr<std::vector<Link>> ReadLinks(store::Connection& connection, const LoadTarget& target,
                                            const model::RowBatch& rows) {
  std::vector<Link> links(rows.size());
  if (rows.size() == 0) return links;
  SYNCLINE_ASSIGN_OR_RETURN(
      const store::Result found,
      connection.Execute(
          target.links,
          store::Parameters().Int64(target.integration_uid).HashArray(rows.record_keys)));
  if (found.empty()) return links;
  std::unordered_map<base::Hash128, std::size_t, base::Hash128Hasher> row_of(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) row_of.emplace(rows.record_keys[i], i);
  for (int i = 0; i < found.size(); ++i) {
    links[row_of.at(found.Hash(i, 0))] = {
        .link_id = found.Int64(i, 1), .object_id = found.Int64(i, 2), .row_hash = found.Hash(i, 3)};
  }
  return links;
}

std::uint64_t LinkShelf::version() const {
  const std::lock_guard lock(mutex_);
  return version_;
}

void LinkShelf::Put(const model::RowBatch& rows, std::uint64_t version, std::vector<Link> links) {
  const base::Hash128 identity = IdentityOf(rows);
  const std::lock_guard lock(mutex_);
  if (pages_.size() == kPagesMax) pages_.pop_front();
  pages_.push_back({identity, version, std::move(links)});
}

std::optional<std::vector<Link>> LinkShelf::Take(const model::RowBatch& rows) {
  const base::Hash128 identity = IdentityOf(rows);
  const std::lock_guard lock(mutex_);
  const auto page = std::ranges::find(pages_, identity, &Page::identity);
  if (page == pages_.end()) return std::nullopt;
  const Page taken = std::move(*page);
  pages_.erase(page);
  const std::uint64_t commits = version_ - taken.version;
  if (taken.links.size() != rows.size() || commits > written_.size()) return std::nullopt;
  for (auto keys = written_.end() - static_cast<std::ptrdiff_t>(commits); keys != written_.end();
       ++keys) {
    const auto written = [&](const base::Hash128& key) { return keys->contains(key); };
    if (!keys->empty() && std::ranges::any_of(rows.record_keys, written)) return std::nullopt;
  }
  return taken.links;
}

void LinkShelf::Written(KeySet keys) {
  const std::lock_guard lock(mutex_);
  ++version_;
  written_.push_back(std::move(keys));
  if (written_.size() > kCommitsRemembered) written_.pop_front();
}

}  // namespace syncline::load
