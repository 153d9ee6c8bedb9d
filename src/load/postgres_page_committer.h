#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "load/id_blocks.h"
#include "load/load_assumptions.h"
#include "load/load_target.h"
#include "load/page_committer.h"
#include "load/page_ledger.h"
#include "load/page_writer.h"
#include "load/pages_ahead.h"
#include "store/database.h"

namespace syncline::load {

// Writes the pages of one run to PostgreSQL, over a session that commits and two that work ahead
// (PagesAhead). New objects go by COPY straight into their table (docs/decisions/0003, 0004).
// Prepare and Commit may be called from two threads, each by one at a time. Owned by the run's
// pipeline; the database outlives it.
class PostgresPageCommitter final : public PageCommitter {
 public:
  // Tries of one page that meets other writers, with full jitter between them.
  static constexpr int kAttemptsMax = 5;

  // Makes or extends the object type's table, opens a session, reads where the run stands.
  // RUN_FENCED, SCHEMA_DRIFT, DATABASE_UNAVAILABLE, DATABASE_CONFLICT.
  static absl::StatusOr<std::unique_ptr<PostgresPageCommitter>> Open(
      store::Database& database, LoadTargetOptions options,
      const mapping::CompiledMapping& mapping);

  void Prepare(std::shared_ptr<const PageCommit> page) override { ahead_.Add(std::move(page)); }
  absl::StatusOr<PageOutcome> Commit(const PageCommit& page) override;

 private:
  // A commit whose answer was lost.
  struct Doubtful {
    std::int64_t page_number = 0;
    PageOutcome outcome;
  };

  PostgresPageCommitter(store::Database& database, LoadTarget target);
  absl::StatusOr<std::unique_ptr<store::Connection>> Connect() const;
  absl::Status Reconnect();
  absl::StatusOr<PageOutcome> TryOnce(const PageCommit& page, AheadPage& ahead, bool careful);
  absl::StatusOr<PageOutcome> CommitUnchanged(const PageCommit& page,
                                              const std::vector<Link>& links);
  // Rows that were copied ahead: the fence, and the rest of the transaction.
  absl::StatusOr<PageOutcome> CommitCopied(const PageCommit& page, AheadPage& ahead);
  absl::StatusOr<std::vector<Link>> LinksOf(const PageCommit& page, AheadPage& ahead);
  absl::Status Write(store::Transaction& transaction, const PageCommit& page,
                     std::vector<Link> links, bool careful, PageOutcome* outcome);
  absl::Status Conclude(store::Transaction& transaction, const PageCommit& page, PageWriter& writer,
                        PageOutcome* outcome);
  absl::Status Enter(store::Transaction& transaction, const PageCommit& page, PageOutcome* outcome,
                     const std::string& seen_ranges);
  absl::Status CheckRejects(const model::RunCounters& page) const;
  void KeepRejects(const PageCommit& page);
  // Remembers an outcome whose commit has no answer.
  void NoteDoubt(const PageCommit& page, const absl::Status& status, const PageOutcome& outcome);
  // Why a fence did not pass: RUN_FENCED or CANCELLED.
  absl::Status FenceStatus(const PageCommit& page);
  PageOutcome Done(PageOutcome outcome);

  store::Database& database_;
  const LoadTarget target_;
  const PageLedger ledger_;
  LoadAssumptions assumptions_;
  IdBlocks ids_;
  std::unique_ptr<store::Connection> connection_;
  model::RunCounters total_;  // of the pages committed
  std::optional<Doubtful> doubtful_;
  PagesAhead ahead_;  // last: its threads use the others
};

}  // namespace syncline::load
