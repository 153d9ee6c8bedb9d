#include "load/postgres_page_committer.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "store/object_table.h"

namespace syncline::load {
namespace {

// Every statement of ours is a look-up by index of rows named one by one; plans are made once, when
// a table may still be empty, and must stay good when it has grown.
constexpr std::string_view kSessionSettings =
    "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; "
    "SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off";

constexpr std::chrono::milliseconds kTableLockTimeout{2'000};
constexpr std::chrono::milliseconds kRetryDelayBase{20};

// New records are taken to be new objects once so many pages met no known object, until one does.
constexpr int kPagesUntilAssumedNew = 2;

absl::Status EnsureTable(store::Database& database, const v1::ObjectType& type) {
  return database.RunTransaction([&](store::Transaction& transaction) -> absl::Status {
    SYNCLINE_RETURN_IF_ERROR(transaction.ExecuteScript(
        fmt::format("SET LOCAL lock_timeout = {}", kTableLockTimeout.count())));
    return store::EnsureObjectTable(transaction, type);
  });
}

bool Unchanged(const model::RowBatch& rows, const std::vector<Link>& links) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (links[i].link_id == 0 || links[i].row_hash != rows.row_hashes[i]) return false;
  }
  return rows.rejects.empty();
}

}  // namespace

PostgresPageCommitter::PostgresPageCommitter(store::Database& database, LoadTarget target)
    : database_(database), target_(std::move(target)), ledger_(target_), ids_(target_) {}

absl::StatusOr<std::unique_ptr<PostgresPageCommitter>> PostgresPageCommitter::Open(
    store::Database& database, LoadTargetOptions options, const mapping::CompiledMapping& mapping) {
  std::unique_ptr<PostgresPageCommitter> committer(
      new PostgresPageCommitter(database, MakeLoadTarget(std::move(options), mapping)));
  SYNCLINE_RETURN_IF_ERROR(EnsureTable(database, committer->target_.object_type));
  SYNCLINE_RETURN_IF_ERROR(committer->Reconnect());
  SYNCLINE_ASSIGN_OR_RETURN(const PageLedger::Position position,
                            committer->ledger_.Begin(*committer->connection_));
  committer->total_ = position.total;
  committer->without_links_ = !position.has_links;
  if (!position.has_links) committer->pages_without_merge_ = kPagesUntilAssumedNew;
  return committer;
}

absl::StatusOr<std::unique_ptr<store::Connection>> PostgresPageCommitter::Connect() const {
  SYNCLINE_ASSIGN_OR_RETURN(std::unique_ptr<store::Connection> connection,
                            database_.OpenConnection(database_.options().session));
  SYNCLINE_RETURN_IF_ERROR(connection->ExecuteScript(kSessionSettings));
  return connection;
}

absl::Status PostgresPageCommitter::Reconnect() {
  if (connection_ != nullptr && !connection_->broken()) return absl::OkStatus();
  SYNCLINE_ASSIGN_OR_RETURN(connection_, Connect());
  return absl::OkStatus();
}

absl::Status PostgresPageCommitter::Prepare(const model::RowBatch& rows) {
  if (without_links_) return absl::OkStatus();
  const std::lock_guard lock(prepare_mutex_);
  if (prepare_connection_ == nullptr || prepare_connection_->broken()) {
    SYNCLINE_ASSIGN_OR_RETURN(prepare_connection_, Connect());
  }
  const std::uint64_t version = shelf_.version();
  SYNCLINE_ASSIGN_OR_RETURN(std::vector<Link> links,
                            ReadLinks(*prepare_connection_, target_, rows));
  shelf_.Put(rows, version, std::move(links));
  return absl::OkStatus();
}

absl::StatusOr<PageOutcome> PostgresPageCommitter::Commit(const PageCommit& page) {
  bool careful = false;
  bool reconnected = false;
  for (int attempt = 1;; ++attempt) {
    absl::StatusOr<Attempt> done = TryOnce(page, careful);
    if (done.ok()) return Done(*std::move(done));
    const absl::Status& status = done.status();
    if (!careful && IsAboutARow(status)) {
      // The page meets what is there already, or a value that the database refuses.
      careful = true;
      without_links_ = false;
      pages_without_merge_ = 0;
      continue;
    }
    switch (base::ReasonOf(status)) {
      case base::Reason::kRejectLimitReached: KeepRejects(page); return status;
      case base::Reason::kDatabaseConflict: break;
      // Once, on a new session: whether a lost commit took effect shows at the fence.
      case base::Reason::kDatabaseUnavailable:
        if (reconnected || connection_ == nullptr || !connection_->broken()) return status;
        reconnected = true;
        continue;
      default: return status;
    }
    if (attempt >= kAttemptsMax) return status;
    const auto most = std::chrono::duration<double, std::milli>(kRetryDelayBase) * (1 << attempt);
    database_.clock().WaitFor(
        std::chrono::duration_cast<std::chrono::nanoseconds>(most * database_.random().Fraction()),
        std::stop_token());
  }
}

absl::StatusOr<PostgresPageCommitter::Attempt> PostgresPageCommitter::TryOnce(
    const PageCommit& page, bool careful) {
  SYNCLINE_RETURN_IF_ERROR(Reconnect());
  SYNCLINE_ASSIGN_OR_RETURN(std::vector<Link> links, careful ? std::vector<Link>() : LinksOf(page));
  const bool doubtful = doubtful_.has_value() && doubtful_->page_number == page.page_number;
  if (!careful && !doubtful && !page.last && Unchanged(page.rows, links)) {
    return CommitUnchanged(page, links);
  }
  Attempt attempt;
  const absl::Status status = store::Database::RunTransactionOn(
      *connection_, [&](store::Transaction& transaction) -> absl::Status {
        SYNCLINE_ASSIGN_OR_RETURN(const PageLedger::Fence fence,
                                  ledger_.Lock(transaction, page, doubtful));
        if (fence.already_committed) {
          attempt = {doubtful_->outcome, doubtful_->keys};
          attempt.outcome.latest_sequence = fence.latest_sequence;
          return absl::OkStatus();
        }
        return Write(transaction, page, std::move(links), careful, &attempt);
      });
  if (!status.ok() && base::MetadataOf(status).contains("commit")) {
    doubtful_ = {page.page_number, attempt.outcome, attempt.keys};
  }
  if (!status.ok()) return status;
  return attempt;
}

absl::StatusOr<std::vector<Link>> PostgresPageCommitter::LinksOf(const PageCommit& page) {
  if (without_links_) return std::vector<Link>(page.rows.size());
  if (std::optional<std::vector<Link>> links = shelf_.Take(page.rows)) return *std::move(links);
  return ReadLinks(*connection_, target_, page.rows);
}

absl::StatusOr<PostgresPageCommitter::Attempt> PostgresPageCommitter::CommitUnchanged(
    const PageCommit& page, const std::vector<Link>& links) {
  Attempt attempt{.outcome = {.page = page.counters}};
  attempt.outcome.page.unchanged += static_cast<std::int64_t>(page.rows.size());
  attempt.outcome.page.duplicates += page.rows.duplicates;
  attempt.outcome.total = total_;
  attempt.outcome.total += attempt.outcome.page;
  absl::StatusOr<std::int64_t> sequence =
      ledger_.Advance(*connection_, page, attempt.outcome, SeenRanges(links));
  if (sequence.ok()) {
    attempt.outcome.latest_sequence = *sequence;
    return attempt;
  }
  if (connection_->broken()) doubtful_ = {page.page_number, attempt.outcome, {}};
  if (base::ReasonOf(sequence.status()) != base::Reason::kRunFenced) return sequence.status();
  // Cancelled or fenced: the lock's answer says which.
  return store::Database::RunTransactionOn(*connection_, [&](store::Transaction& transaction) {
    const absl::StatusOr<PageLedger::Fence> fence = ledger_.Lock(transaction, page, false);
    return fence.ok() ? base::Error(base::Reason::kDatabaseConflict, "The fence moved.")
                      : fence.status();
  });
}

absl::Status PostgresPageCommitter::Write(store::Transaction& transaction, const PageCommit& page,
                                          std::vector<Link> links, bool careful, Attempt* attempt) {
  if (careful) {
    SYNCLINE_ASSIGN_OR_RETURN(links, ReadLinks(*connection_, target_, page.rows));
  }
  const bool assume_new = !careful && pages_without_merge_ >= kPagesUntilAssumedNew;
  PageWriter writer(target_, transaction, ids_, page.rows, std::move(links),
                    {.careful = careful, .assume_new = assume_new});
  SYNCLINE_RETURN_IF_ERROR(writer.Write());
  attempt->outcome.page = page.counters;
  attempt->outcome.page += writer.counters();
  attempt->outcome.page.rejected += static_cast<std::int64_t>(page.rows.rejects.size());
  attempt->outcome.page.duplicates += page.rows.duplicates;
  SYNCLINE_RETURN_IF_ERROR(CheckRejects(attempt->outcome.page));
  for (const auto* rejects : {&page.rows.rejects, &writer.rejects()}) {
    SYNCLINE_RETURN_IF_ERROR(
        ledger_.CopyRejects(transaction, page.page_number, *rejects, rejects->size()));
  }
  SYNCLINE_RETURN_IF_ERROR(Enter(transaction, page, attempt, writer.seen_ranges()));
  attempt->keys = writer.TakeWrittenKeys();
  NoteCreations(writer);
  return absl::OkStatus();
}

absl::Status PostgresPageCommitter::Enter(store::Transaction& transaction, const PageCommit& page,
                                          Attempt* attempt, const std::string& seen_ranges) {
  PageOutcome& outcome = attempt->outcome;
  if (page.last) {
    SYNCLINE_ASSIGN_OR_RETURN(outcome.page.missing, ledger_.CountMissing(transaction, seen_ranges));
  }
  outcome.total = total_;
  outcome.total += outcome.page;
  SYNCLINE_ASSIGN_OR_RETURN(outcome.latest_sequence,
                            page.last ? ledger_.End(transaction, page, outcome, seen_ranges)
                                      : ledger_.Advance(transaction, page, outcome, seen_ranges));
  return absl::OkStatus();
}

absl::Status PostgresPageCommitter::CheckRejects(const model::RunCounters& page) const {
  if (total_.rejected + page.rejected <= target_.reject_count_max) return absl::OkStatus();
  return base::Error(
      base::Reason::kRejectLimitReached,
      fmt::format("{} records were rejected, and the integration's limits.reject_count_max is {}.",
                  total_.rejected + page.rejected, target_.reject_count_max),
      {{"reject_count_max", std::to_string(target_.reject_count_max)}});
}

// So that the page that broke the limit can be looked into. Its failure is not worth another error.
void PostgresPageCommitter::KeepRejects(const PageCommit& page) {
  const std::int64_t room = target_.reject_count_max - total_.rejected;
  store::Database::RunTransactionOn(
      *connection_,
      [&](store::Transaction& transaction) -> absl::Status {
        SYNCLINE_RETURN_IF_ERROR(ledger_.Lock(transaction, page, false).status());
        return ledger_.KeepRejects(transaction, page.page_number, page.rows.rejects,
                                   static_cast<std::size_t>(std::max<std::int64_t>(room, 1)));
      })
      .IgnoreError();
}

void PostgresPageCommitter::NoteCreations(const PageWriter& writer) {
  if (writer.merged_count() > 0) {
    pages_without_merge_ = 0;
  } else if (writer.new_count() > 0) {
    ++pages_without_merge_;
  }
}

PageOutcome PostgresPageCommitter::Done(Attempt attempt) {
  doubtful_.reset();
  total_ = attempt.outcome.total;
  shelf_.Written(std::move(attempt.keys));
  return attempt.outcome;
}

}  // namespace syncline::load
