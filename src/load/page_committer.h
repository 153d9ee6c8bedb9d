#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/hash.h"
#include "model/partition_state.h"
#include "model/row.h"
#include "model/run.h"
#include "model/run_event.h"

namespace syncline::load {

// Who commits: the fence. A commit of another epoch or owner changes nothing.
struct RunFence {
  std::string run_id;
  std::string worker_id;
  std::int64_t epoch = 0;
};

// What is kept of a record of the vendor with its link, so that a later run may leave it out: two
// hashes that mean nothing here.
struct RecordVersion {
  std::int64_t record_index = 0;  // in the page; only of a record that is written
  base::Hash128 record;           // no two of a page are alike
  base::Hash128 version;
};

// One page, ready to be written.
struct PageCommit {
  std::int64_t page_number = 0;  // I2: must be pages committed + 1
  model::RowBatch rows;
  std::string checkpoint;  // JSON for the next page; "" on the last page
  model::RunCounters
      counters;  // pages, records, bytes, requests, total; the committer adds the outcomes
  // Links of records that are not among the rows because they did not change; the counters have
  // them already.
  std::vector<std::int64_t> unchanged_links = {};
  std::vector<RecordVersion> versions = {};  // in order of record_index
  bool last = false;                         // also ends the run: SUCCEEDED, terminal event
  // How a run ends whose last page this is: kComplete, or kPartial, after which nothing is missing.
  model::Verdict verdict = model::Verdict::kComplete;
  std::optional<model::IdentityRefusal> refusal = std::nullopt;  // whose place the page takes
  // False: only what changed was asked for, so that nothing can be missing.
  bool whole_list = true;
  // Of partitions whose walk this page ends. They count from the run's end on, if it is kComplete.
  std::vector<model::PartitionState> states = {};
  // Why the list that ends with this page may have more; also the run's error, on its last page.
  std::optional<model::RunError> doubt = std::nullopt;
  std::string paging = {};  // see model::PageCommitted
};

struct PageOutcome {
  model::RunCounters page;   // of this page alone, outcomes included
  model::RunCounters total;  // of the run so far
  std::int64_t latest_sequence = 0;
};

// Writes one page atomically: rows, links, seen marks, rejects, states, checkpoint, counters and
// events in
// one fenced transaction (I1, I2, I3). Used by one pipeline at a time; the fake and the PostgreSQL
// one pass the same contract suite. RUN_FENCED (the run is another worker's: stop silently),
// CANCELLED (a cancel was asked for; nothing written), REJECT_LIMIT_REACHED, SCHEMA_DRIFT,
// STORAGE_FULL, DATABASE_UNAVAILABLE, DATABASE_CONFLICT.
class PageCommitter {
 public:
  virtual ~PageCommitter() = default;
  // Announces a page that will be committed, in the order of the pages, so that what can be done
  // for it is done while earlier ones are being committed. Nothing of it is visible before its
  // Commit. Optional, and never waits.
  virtual void Prepare(std::shared_ptr<const PageCommit> page) = 0;
  // After DATABASE_UNAVAILABLE the caller commits the same page again.
  virtual absl::StatusOr<PageOutcome> Commit(const PageCommit& page) = 0;
};

}  // namespace syncline::load
