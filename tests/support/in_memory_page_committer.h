#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "load/page_committer.h"
#include "model/run_event.h"

namespace syncline::test {

// What PostgreSQL would hold of one run and its integration's links. Safe for concurrent use; it
// outlives the committers, so a test can let a second worker go on where the first one stopped.
class InMemoryPages {
 public:
  struct Run {
    std::string worker_id = "worker";
    std::int64_t epoch = 1;
    std::int64_t page_number = 0;
    std::string checkpoint;
    model::RunCounters counters;
    std::int64_t reject_count_max = 1'000;
    bool cancel_requested = false;
    bool ended = false;
    std::vector<model::RunEvent> events;
    std::map<std::string, std::int64_t> kept_states;
  };
  Run Get() const {
    std::lock_guard lock(mutex_);
    return run_;
  }
  template <typename F>
  void Change(F&& f) {
    std::lock_guard lock(mutex_);
    f(run_);
  }
  std::size_t LinkCount() const {
    std::lock_guard lock(mutex_);
    return links_.size();
  }
  // What the next run of each partition would begin with.
  std::map<std::string, std::int64_t> States() const {
    std::lock_guard lock(mutex_);
    return states_;
  }
  // The next commit fails with this status, once.
  void FailNextCommit(absl::Status status) {
    std::lock_guard lock(mutex_);
    next_failure_ = std::move(status);
  }
  // Begins another run over the same links.
  void StartAgain() {
    std::lock_guard lock(mutex_);
    run_ = {};
    seen_.clear();
  }

 private:
  friend class InMemoryPageCommitter;
  mutable std::mutex mutex_;
  Run run_;
  std::map<base::Hash128, base::Hash128> links_;  // record key -> row hash
  std::set<base::Hash128> seen_;
  std::map<std::string, std::int64_t> states_;
  absl::Status next_failure_;
};

// Passes the same contract suite as the PostgreSQL one; every row is an object of its own, found by
// its record key. One thread at a time.
class InMemoryPageCommitter final : public load::PageCommitter {
 public:
  InMemoryPageCommitter(InMemoryPages& pages, load::RunFence fence)
      : pages_(pages), fence_(std::move(fence)) {}

  void Prepare(std::shared_ptr<const load::PageCommit>) override {}

  absl::StatusOr<load::PageOutcome> Commit(const load::PageCommit& page) override {
    std::lock_guard lock(pages_.mutex_);
    InMemoryPages::Run& run = pages_.run_;
    if (absl::Status failure = std::exchange(pages_.next_failure_, absl::OkStatus());
        !failure.ok()) {
      return failure;
    }
    if (run.ended || run.epoch != fence_.epoch || run.worker_id != fence_.worker_id ||
        run.page_number + 1 != page.page_number) {
      return base::Error(base::Reason::kRunFenced, "The run is no longer this worker's.");
    }
    if (run.cancel_requested)
      return base::Error(base::Reason::kCancelled, "A cancel was asked for.");
    load::PageOutcome outcome{.page = page.counters};
    outcome.page.rejected += static_cast<std::int64_t>(page.rows.rejects.size());
    if (run.counters.rejected + outcome.page.rejected > run.reject_count_max) {
      return base::Error(base::Reason::kRejectLimitReached, "Too many records were rejected.");
    }
    Apply(page.rows, &outcome.page);
    KeepStates(page);
    if (page.last && page.whole_list && page.verdict == model::Verdict::kComplete) {
      outcome.page.missing = Missing();
    }
    run.counters += outcome.page;
    run.page_number = page.page_number;
    run.checkpoint = page.checkpoint;
    outcome.total = run.counters;
    Append(run, model::PageCommitted{page.page_number, outcome.page, run.counters, page.refusal,
                                     page.doubt, page.paging});
    if (page.last) {
      run.ended = true;
      Append(run, model::RunEnded{.state = model::RunState::kSucceeded,
                                  .verdict = page.verdict,
                                  .error = page.doubt.value_or(model::RunError{}),
                                  .counters = run.counters});
    }
    outcome.latest_sequence = static_cast<std::int64_t>(run.events.size());
    return outcome;
  }

 private:
  void Apply(const model::RowBatch& rows, model::RunCounters* counters) {
    counters->duplicates += rows.duplicates;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      pages_.seen_.insert(rows.record_keys[i]);
      const auto [link, inserted] =
          pages_.links_.try_emplace(rows.record_keys[i], rows.row_hashes[i]);
      if (inserted) {
        ++counters->created;
      } else if (link->second == rows.row_hashes[i]) {
        ++counters->unchanged;
      } else {
        ++counters->updated;
        link->second = rows.row_hashes[i];
      }
    }
  }
  void KeepStates(const load::PageCommit& page) {
    auto& kept = pages_.run_.kept_states;
    for (const model::PartitionState& state : page.states) {
      const auto [known, inserted] = kept.try_emplace(state.partition, state.value);
      known->second = std::max(known->second, state.value);
    }
    if (!page.last) return;
    if (page.verdict == model::Verdict::kComplete) {
      for (const auto& [partition, value] : kept) pages_.states_[partition] = value;
    }
    kept.clear();
  }
  std::int64_t Missing() const {
    return static_cast<std::int64_t>(pages_.links_.size() - pages_.seen_.size());
  }
  static void Append(InMemoryPages::Run& run, model::RunEventBody body) {
    run.events.push_back(
        {.sequence = static_cast<std::int64_t>(run.events.size()) + 1, .body = std::move(body)});
  }

  InMemoryPages& pages_;
  const load::RunFence fence_;
};

}  // namespace syncline::test
