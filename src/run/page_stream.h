#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "load/page_committer.h"
#include "mapping/compiled_mapping.h"
#include "paging/record_guard.h"
#include "pull/puller.h"
#include "run/hand_off.h"

namespace syncline::run {

// Works ahead of the commits, so that vendor, processor and database are busy together: one thread
// fetches and decodes, one maps and tells the committer what comes, and the caller commits.
// Each hands over one page at a time: at most five pages are in memory, the one being committed
// included (I7). Made per run; Next is called by one thread.
class PageStream {
 public:
  // The references must outlive the stream. Stopped by `stop` and by its destructor, which waits
  // for its threads: a request under way is given up.
  PageStream(std::unique_ptr<pull::Puller> puller, const mapping::CompiledMapping& mapping,
             base::Time run_start, load::PageCommitter& committer, std::stop_token stop);
  ~PageStream();
  PageStream(const PageStream&) = delete;
  PageStream& operator=(const PageStream&) = delete;

  // The next page, in order. After an error or the last page there is nothing to ask for. The
  // errors of Puller::Next; CANCELLED when stopped.
  absl::StatusOr<std::shared_ptr<const load::PageCommit>> Next();

  // Pages up to this one are committed.
  void Committed(std::int64_t page_number) { puller_->Committed(page_number); }

  // Stops what is under way and gives the puller back, for what is left to do at the vendor.
  // Nothing else is called after it.
  std::unique_ptr<pull::Puller> Close();

 private:
  void Fetch();
  void Map();
  std::shared_ptr<const load::PageCommit> MapPage(pull::Page page) const;
  // Whether the records get on. PAGINATION_LOOP.
  absl::Status Observe(const load::PageCommit& page, bool begins_list);
  void ScrubRejects(model::RowBatch* rows) const;

  std::unique_ptr<pull::Puller> puller_;  // constant until Close
  const mapping::CompiledMapping& mapping_;
  const base::Time run_start_;
  load::PageCommitter& committer_;
  paging::RecordGuard guard_;  // of the mapper's thread
  std::stop_source stop_;
  const std::stop_callback<std::function<void()>> forward_stop_;
  HandOff<absl::StatusOr<pull::Page>> fetched_;
  HandOff<absl::StatusOr<std::shared_ptr<const load::PageCommit>>> mapped_;
  std::jthread mapper_;
  std::jthread fetcher_;
};

}  // namespace syncline::run
