#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "load/load_target.h"
#include "load/page_committer.h"
#include "model/row.h"
#include "model/run.h"
#include "store/connection.h"
#include "store/database.h"

namespace syncline::load {

// The half of the page transaction that is about the run: fence, seen marks, rejects, states,
// checkpoint, counters, events. Stateless; every function is one or two statements.
class PageLedger {
 public:
  explicit PageLedger(const LoadTarget& target) : target_(target) {}

  struct Position {
    std::int64_t page_number = 0;  // pages committed
    model::RunCounters total;
    bool has_links = false;  // of the integration
  };
  // RUN_FENCED when the run is not ours.
  absl::StatusOr<Position> Begin(store::Connection& connection) const;

  struct Fence {
    bool already_committed = false;
    std::int64_t latest_sequence = 0;  // then
  };
  // Locks the run's row until the transaction ends (I2). RUN_FENCED, CANCELLED. `doubtful`: the
  // answer to an earlier commit of this page was lost, so it may be found committed already.
  absl::StatusOr<Fence> Lock(store::Transaction& transaction, const PageCommit& page,
                             bool doubtful) const;

  // Keeps the versions of those records that have a link now and were not refused; `links` are
  // those of the page's rows.
  absl::Status WriteVersions(store::Transaction& transaction, const PageCommit& page,
                             const std::vector<Link>& links,
                             const std::vector<model::Reject>& refused) const;

  absl::Status CopyRejects(store::Transaction& transaction, std::int64_t page_number,
                           const std::vector<model::Reject>& rejects, std::size_t count_max) const;
  // Stores the first `count` of the rejects of a page that is not committed because of them.
  absl::Status KeepRejects(store::Transaction& transaction, std::int64_t page_number,
                           const std::vector<model::Reject>& rejects, std::size_t count) const;

  // One statement, fence included: on its own, on a connection, it is the whole commit of a page
  // that writes no rows. RUN_FENCED when the fence did not pass, for whatever cause. The event's
  // sequence.
  absl::StatusOr<std::int64_t> Advance(store::Connection& connection, const PageCommit& page,
                                       const PageOutcome& outcome,
                                       const std::string& seen_ranges) const;
  absl::StatusOr<std::int64_t> Advance(store::Transaction& transaction, const PageCommit& page,
                                       const PageOutcome& outcome,
                                       const std::string& seen_ranges) const;
  // The page's states: kept until the run ends, or, on its last page, stored for the next run, if
  // the run is complete. Nothing to do without `incremental`.
  absl::Status PutStates(store::Transaction& transaction, const PageCommit& page) const;
  // Links of the integration that the run did not see.
  absl::StatusOr<std::int64_t> CountMissing(store::Transaction& transaction,
                                            const std::string& seen_ranges) const;
  // The last page: the run ends. The sequence of the terminal event.
  absl::StatusOr<std::int64_t> End(store::Transaction& transaction, const PageCommit& page,
                                   const PageOutcome& outcome,
                                   const std::string& seen_ranges) const;

 private:
  store::Parameters FenceParameters() const;
  store::Parameters AdvanceParameters(const PageCommit& page, const PageOutcome& outcome,
                                      const std::string& seen_ranges) const;
  const LoadTarget& target_;
};

}  // namespace syncline::load
