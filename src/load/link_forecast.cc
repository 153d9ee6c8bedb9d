#include "load/link_forecast.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "base/status.h"
#include "load/link_reader.h"

namespace syncline::load {
namespace {

// Of a page's rows: with fewer left to find another window is not worth its while, and a guess that
// finds fewer is of no use.
constexpr std::size_t kFewPart = 20;
constexpr std::size_t kUsefulPart = 4;

}  // namespace

absl::StatusOr<std::vector<Link>> LinkForecast::Read(store::Connection& connection,
                                                     const model::RowBatch& rows) {
  std::vector<Link> links(rows.size());
  std::vector<std::size_t> lacking(rows.size());
  std::iota(lacking.begin(), lacking.end(), std::size_t{0});
  const std::lock_guard lock(mutex_);
  const bool guess = placed_ && rest_ == 0;
  if (guess) {
    Take(rows, &lacking, &links);
    // While less is known ahead than a page: a window that was of no use is not followed by more.
    for (int window = 0; window < kWindowsPerPage && lacking.size() > rows.size() / kFewPart &&
                         known_.size() < rows.size();
         ++window) {
      SYNCLINE_RETURN_IF_ERROR(ReadWindow(connection));
      Take(rows, &lacking, &links);
    }
  }
  const std::size_t guessed = rows.size() - lacking.size();
  guessed_count_ += static_cast<std::int64_t>(guessed);
  SYNCLINE_ASSIGN_OR_RETURN(std::vector<std::uint32_t> blocks,
                            ReadLinksOf(connection, target_, rows, lacking, &links));
  if (guessed > rows.size() / kUsefulPart) {
    next_rest_ = 1;
  } else if (rest_ > 0) {
    if (--rest_ == 0) Place(std::move(blocks));
  } else if (guess && blocks.size() > rows.size() / kUsefulPart) {
    Rest();
  } else {
    Place(std::move(blocks));
  }
  return links;
}

void LinkForecast::Take(const model::RowBatch& rows, std::vector<std::size_t>* lacking,
                        std::vector<Link>* links) {
  if (known_.empty()) return;
  std::erase_if(*lacking, [&](std::size_t row) {
    const auto found = known_.find(rows.record_keys[row]);
    if (found == known_.end()) return false;
    (*links)[row] = found->second;
    known_.erase(found);
    return true;
  });
}

absl::Status LinkForecast::ReadWindow(store::Connection& connection) {
  if (known_.size() > kLinksMax) known_.clear();
  if (next_block_ > std::numeric_limits<std::uint32_t>::max() - kWindowBlocks) {
    return absl::OkStatus();
  }
  const std::uint32_t end = next_block_ + kWindowBlocks;
  SYNCLINE_ASSIGN_OR_RETURN(
      const store::Result found,
      connection.Execute(target_.links_between, store::Parameters()
                                                    .Int64(target_.integration_uid)
                                                    .Text(fmt::format("({},0)", next_block_))
                                                    .Text(fmt::format("({},0)", end))));
  for (int i = 0; i < found.size(); ++i) {
    known_.insert_or_assign(found.Hash(i, 0), Link{.link_id = found.Int64(i, 1),
                                                   .object_id = found.Int64(i, 2),
                                                   .row_hash = found.Hash(i, 3)});
  }
  next_block_ = end;
  return absl::OkStatus();
}

void LinkForecast::Place(std::vector<std::uint32_t> blocks) {
  known_.clear();
  placed_ = !blocks.empty();
  if (!placed_) return;
  // The middle, for a few links may stand anywhere: those that changed, or came late.
  const auto middle = blocks.begin() + static_cast<std::ptrdiff_t>(blocks.size() / 2);
  std::ranges::nth_element(blocks, middle);
  next_block_ = *middle;
}

void LinkForecast::Rest() {
  known_.clear();
  rest_ = next_rest_;
  next_rest_ = std::min(2 * next_rest_, kRestMax);
}

void LinkForecast::Forget(std::span<const base::Hash128> keys) {
  const std::lock_guard lock(mutex_);
  for (const base::Hash128& key : keys) known_.erase(key);
}

void LinkForecast::ForgetAll() {
  const std::lock_guard lock(mutex_);
  known_.clear();
}

std::int64_t LinkForecast::guessed_count() const {
  const std::lock_guard lock(mutex_);
  return guessed_count_;
}

}  // namespace syncline::load
