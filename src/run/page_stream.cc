#include "run/page_stream.h"

#include <utility>

#include "base/status.h"

namespace syncline::run {

PageStream::PageStream(std::unique_ptr<pull::Puller> puller,
                       const mapping::CompiledMapping& mapping, base::Time run_start,
                       load::PageCommitter& committer, std::stop_token stop)
    : puller_(std::move(puller)),
      mapping_(mapping),
      run_start_(run_start),
      committer_(committer),
      forward_stop_(std::move(stop), [this] { stop_.request_stop(); }),
      mapper_([this] { Map(); }),
      fetcher_([this] { Fetch(); }) {}

PageStream::~PageStream() { stop_.request_stop(); }

std::unique_ptr<pull::Puller> PageStream::Close() {
  stop_.request_stop();
  fetcher_.join();
  mapper_.join();
  puller_->StopPulling();
  return std::move(puller_);
}

absl::StatusOr<std::shared_ptr<const load::PageCommit>> PageStream::Next() {
  auto page = mapped_.Pop(stop_.get_token());
  if (!page.has_value()) return base::Error(base::Reason::kCancelled, "the run was stopped");
  return *std::move(page);
}

void PageStream::Fetch() {
  const std::stop_token stop = stop_.get_token();
  while (true) {
    absl::StatusOr<std::optional<pull::Page>> next = puller_->Next(stop);
    if (!next.ok()) {
      fetched_.Push(next.status(), stop);
      return;
    }
    // The page before said that it is the last: the stream ended there.
    if (!next->has_value()) return;
    const bool last = (*next)->last;
    if (!fetched_.Push(*std::move(*next), stop) || last) return;
  }
}

void PageStream::Map() {
  const std::stop_token stop = stop_.get_token();
  while (true) {
    std::optional<absl::StatusOr<pull::Page>> page = fetched_.Pop(stop);
    if (!page.has_value()) return;
    if (!page->ok()) {
      mapped_.Push(page->status(), stop);
      return;
    }
    const bool begins_list = (*page)->begins_list;
    std::shared_ptr<const load::PageCommit> commit = MapPage(*std::move(*page));
    if (const absl::Status progress = Observe(*commit, begins_list); !progress.ok()) {
      mapped_.Push(progress, stop);
      return;
    }
    const bool last = commit->last;
    committer_.Prepare(commit);
    if (!mapped_.Push(std::move(commit), stop) || last) return;
  }
}

absl::Status PageStream::Observe(const load::PageCommit& page, bool begins_list) {
  return guard_.Observe({.number = page.page_number,
                         .begins_list = begins_list,
                         .has_duplicates = page.rows.duplicates > 0,
                         .keys = page.rows.record_keys,
                         .contents = page.rows.row_hashes});
}

// I5: a vendor may repeat the token in its records. Good ones are data; a reject is shown and
// stored as the vendor wrote it.
void PageStream::ScrubRejects(model::RowBatch* rows) const {
  const auto scrub = [text = puller_->MakeScrub()](model::Reject reject) {
    reject.record = text(std::move(reject.record));
    reject.message = text(std::move(reject.message));
    return reject;
  };
  for (model::Reject& reject : rows->rejects) reject = scrub(std::move(reject));
  if (!rows->reject_of) return;
  rows->reject_of = [scrub, reject_of = std::move(rows->reject_of)](std::int64_t index) {
    return scrub(reject_of(index));
  };
}

std::shared_ptr<const load::PageCommit> PageStream::MapPage(pull::Page page) const {
  load::PageCommit commit{
      .page_number = page.number, .checkpoint = page.checkpoint, .last = page.last};
  commit.verdict = page.partial ? model::Verdict::kPartial : model::Verdict::kComplete;
  commit.refusal = page.refusal;
  commit.whole_list = page.whole_list;
  commit.states = page.states;
  commit.doubt = page.doubt;
  commit.paging = page.paging;
  // Records may stand in the document or in what the records expression computed: the rows hold
  // both.
  const auto held = std::make_shared<const pull::Page>(std::move(page));
  mapping::Records records{.list = held->records, .owner = held};
  if (held->partition != nullptr) {
    records.parent = held->partition->parent();
    records.parents = held->partition->parents();
  }
  for (const pull::FailedRecord& failed : held->failed) {
    records.refused.push_back({.index = failed.index, .message = failed.message});
  }
  for (const pull::UnchangedRecord& unchanged : held->unchanged) {
    records.left_out.push_back(unchanged.index);
    commit.unchanged_links.push_back(unchanged.link_id);
  }
  for (const pull::VersionedRecord& one : held->versions) {
    commit.versions.push_back({one.index, one.version.record, one.version.version});
  }
  commit.rows = mapping_.Map(records, run_start_);
  ScrubRejects(&commit.rows);
  commit.counters.pages = 1;
  commit.counters.unchanged = static_cast<std::int64_t>(held->unchanged.size());
  commit.counters.records = commit.rows.records + commit.counters.unchanged;
  commit.counters.response_bytes = held->response_bytes;
  commit.counters.requests = held->request_count;
  commit.counters.retries = held->retry_count;
  commit.counters.failed_details = held->tolerated_count;
  commit.counters.total_records = held->total_records;
  return std::make_shared<const load::PageCommit>(std::move(commit));
}

}  // namespace syncline::run
