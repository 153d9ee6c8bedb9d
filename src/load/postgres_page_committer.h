#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "base/random.h"
#include "load/id_blocks.h"
#include "load/link_reader.h"
#include "load/load_target.h"
#include "load/page_committer.h"
#include "load/page_ledger.h"
#include "load/page_writer.h"
#include "store/database.h"

namespace syncline::load {

// Writes the pages of one run to PostgreSQL, over two sessions of its own: one commits, one reads
// the links of the next page meanwhile. New objects go by COPY straight into their table, after the
// fence (docs/decisions/0003). Prepare and Commit may be called from two threads, each by one at a
// time. Owned by the run's pipeline; the database outlives it.
class PostgresPageCommitter final : public PageCommitter {
 public:
  // Tries of one page that meets other writers, with full jitter between them.
  static constexpr int kAttemptsMax = 5;

  // Makes or extends the object type's table, opens the sessions, reads where the run stands.
  // RUN_FENCED, SCHEMA_DRIFT, DATABASE_UNAVAILABLE, DATABASE_CONFLICT.
  static absl::StatusOr<std::unique_ptr<PostgresPageCommitter>> Open(
      store::Database& database, LoadTargetOptions options,
      const mapping::CompiledMapping& mapping);

  absl::Status Prepare(const model::RowBatch& rows) override;
  absl::StatusOr<PageOutcome> Commit(const PageCommit& page) override;

 private:
  // A commit whose answer was lost.
  struct Doubtful {
    std::int64_t page_number = 0;
    PageOutcome outcome;
    LinkShelf::KeySet keys;
  };
  struct Attempt {
    PageOutcome outcome;
    LinkShelf::KeySet keys;  // whose links were written
  };

  PostgresPageCommitter(store::Database& database, LoadTarget target);
  absl::StatusOr<std::unique_ptr<store::Connection>> Connect() const;
  absl::Status Reconnect();
  absl::StatusOr<Attempt> TryOnce(const PageCommit& page, bool careful);
  absl::StatusOr<std::vector<Link>> LinksOf(const PageCommit& page);
  absl::StatusOr<Attempt> CommitUnchanged(const PageCommit& page, const std::vector<Link>& links);
  absl::Status Write(store::Transaction& transaction, const PageCommit& page,
                     std::vector<Link> links, bool careful, Attempt* attempt);
  absl::Status Enter(store::Transaction& transaction, const PageCommit& page, Attempt* attempt,
                     const std::string& seen_ranges);
  absl::Status CheckRejects(const model::RunCounters& page) const;
  void KeepRejects(const PageCommit& page);
  void NoteCreations(const PageWriter& writer);
  PageOutcome Done(Attempt attempt);

  store::Database& database_;
  const LoadTarget target_;
  const PageLedger ledger_;
  IdBlocks ids_;
  LinkShelf shelf_;

  // Of the committing thread.
  std::unique_ptr<store::Connection> connection_;
  model::RunCounters total_;  // of the pages committed
  std::optional<Doubtful> doubtful_;
  int pages_without_merge_ = 0;

  // True until a conflict shows otherwise: the integration had no links when the run began.
  std::atomic<bool> without_links_ = false;

  std::mutex prepare_mutex_;
  std::unique_ptr<store::Connection> prepare_connection_;
};

}  // namespace syncline::load
