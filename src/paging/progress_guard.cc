#include "paging/progress_guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "base/status.h"
#include "paging/checkpoint_json.h"

namespace syncline::paging {
namespace {

base::Hash128 FingerprintOf(const expression::Value& records) {
  const std::uint32_t count = records.size();
  const std::uint32_t samples = std::min(count, ProgressGuard::kSampledRecords);
  std::string text = fmt::format("{}:", count);
  for (std::uint32_t i = 0; i < samples; ++i) {
    // Spread evenly from the first record to the last.
    const std::uint64_t at = samples == 1 ? 0 : std::uint64_t{i} * (count - 1) / (samples - 1);
    expression::AppendJson(records.ElementAt(static_cast<std::int64_t>(at)), &text);
    text.push_back(',');
  }
  return base::HashBytes(text);
}

std::string ToHex(const base::Hash128& hash) {
  return fmt::format("{:016x}{:016x}", hash.high, hash.low);
}

bool ReadHash(json::Node object, std::string_view key, base::Hash128* hash) {
  std::string text;
  if (!ReadText(object, key, &text) || text.size() != 32) return false;
  const char* const middle = text.data() + 16;
  return std::from_chars(text.data(), middle, hash->high, 16).ptr == middle &&
         std::from_chars(middle, middle + 16, hash->low, 16).ptr == middle + 16;
}

// `before`: the page that page `page` repeats.
absl::Status Loop(std::string_view what, std::int64_t page, std::int64_t before,
                  std::string_view message) {
  return base::Error(base::Reason::kPaginationLoop, message,
                     {{"repeats", std::string(what)},
                      {"page", std::to_string(page)},
                      {"equals", std::to_string(before)},
                      {"period", std::to_string(page - before)}});
}

}  // namespace

std::int64_t CycleDetector::Observe(std::int64_t page, const base::Hash128& fingerprint) {
  ++count_;
  std::int64_t before = 0;
  for (const Seen& seen : recent_) {
    if (seen.fingerprint == fingerprint) before = std::max(before, seen.page);
  }
  for (const Seen* const seen : {&previous_, &anchor_}) {
    if (seen->page > 0 && seen->fingerprint == fingerprint) before = std::max(before, seen->page);
  }
  previous_ = {page, fingerprint};
  if (recent_.size() < kRecentMax) {
    recent_.push_back(previous_);
  } else {
    recent_[recent_at_] = previous_;
    recent_at_ = (recent_at_ + 1) % kRecentMax;
  }
  if (std::has_single_bit(static_cast<std::uint64_t>(count_))) anchor_ = previous_;
  return before;
}

void CycleDetector::AppendJson(std::string* out) const {
  *out += fmt::format(R"({{"count":{},"previous":"{}","previous_page":{},"anchor":"{}",)"
                      R"("anchor_page":{}}})",
                      count_, ToHex(previous_.fingerprint), previous_.page,
                      ToHex(anchor_.fingerprint), anchor_.page);
}

bool CycleDetector::ReadSeen(json::Node object, std::string_view name, Seen* seen) {
  return ReadHash(object, name, &seen->fingerprint) &&
         ReadCount(object, fmt::format("{}_page", name), &seen->page);
}

bool CycleDetector::Read(json::Node node) {
  recent_.clear();
  recent_at_ = 0;
  return ReadCount(node, "count", &count_) && ReadSeen(node, "previous", &previous_) &&
         ReadSeen(node, "anchor", &anchor_);
}

absl::Status ProgressGuard::ObservePage(std::int64_t page, const expression::Value& records) {
  if (records.size() == 0) {
    // Any two empty pages are alike, so they are counted instead.
    if (++empty_pages_ <= kEmptyPagesMax) return absl::OkStatus();
    return Loop(
        "empty pages", page, page - 1,
        fmt::format("Page {} is the {}th empty page in a row, and the vendor says that more "
                    "follows.",
                    page, empty_pages_));
  }
  empty_pages_ = 0;
  const std::int64_t before = pages_.Observe(page, FingerprintOf(records));
  if (before == 0) return absl::OkStatus();
  return Loop(
      "page", page, before,
      fmt::format("Page {} equals page {}: the vendor goes in a circle, or ignores the paging "
                  "parameters.",
                  page, before));
}

absl::Status ProgressGuard::ObserveCursor(std::int64_t page, std::string_view cursor) {
  const std::int64_t before = cursors_.Observe(page, base::HashBytes(cursor));
  if (before == 0) return absl::OkStatus();
  return Loop(
      "cursor", page, before,
      fmt::format("Page {} leads to the same next page as page {}: the vendor goes in a circle.",
                  page, before));
}

void ProgressGuard::AppendJson(std::string* out) const {
  *out += R"({"pages":)";
  pages_.AppendJson(out);
  *out += R"(,"cursors":)";
  cursors_.AppendJson(out);
  *out += fmt::format(R"(,"empty_pages":{}}})", empty_pages_);
}

bool ProgressGuard::Read(json::Node node) {
  json::Node pages;
  json::Node cursors;
  return node.Find("pages", &pages) && pages_.Read(pages) && node.Find("cursors", &cursors) &&
         cursors_.Read(cursors) && ReadCount(node, "empty_pages", &empty_pages_);
}

}  // namespace syncline::paging
