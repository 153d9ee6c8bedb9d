#include "load/postgres_page_committer.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "load/link_reader.h"
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

absl::Status EnsureTable(store::Database& database, const v1::ObjectType& type) {
  return database.RunTransaction([&](store::Transaction& transaction) -> absl::Status {
    SYNCLINE_RETURN_IF_ERROR(transaction.ExecuteScript(
        fmt::format("SET LOCAL lock_timeout = {}", kTableLockTimeout.count())));
    return store::EnsureObjectTable(transaction, type);
  });
}

}  // namespace

PostgresPageCommitter::PostgresPageCommitter(store::Database& database, LoadTarget target)
    : database_(database),
      target_(std::move(target)),
      ledger_(target_),
      ids_(target_),
      ahead_(target_, assumptions_, [this] { return Connect(); }) {}

absl::StatusOr<std::unique_ptr<PostgresPageCommitter>> PostgresPageCommitter::Open(
    store::Database& database, LoadTargetOptions options, const mapping::CompiledMapping& mapping) {
  std::unique_ptr<PostgresPageCommitter> committer(
      new PostgresPageCommitter(database, MakeLoadTarget(std::move(options), mapping)));
  SYNCLINE_RETURN_IF_ERROR(EnsureTable(database, committer->target_.object_type));
  SYNCLINE_RETURN_IF_ERROR(committer->Reconnect());
  SYNCLINE_ASSIGN_OR_RETURN(const PageLedger::Position position,
                            committer->ledger_.Begin(*committer->connection_));
  committer->total_ = position.total;
  committer->assumptions_.Begin(position.has_links);
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

absl::StatusOr<PageOutcome> PostgresPageCommitter::Commit(const PageCommit& page) {
  const std::shared_ptr<AheadPage> ahead = ahead_.Await(page);
  bool careful = false;
  bool reconnected = false;
  for (int attempt = 1;; ++attempt) {
    const bool copied_ahead = ahead->plan == AheadPage::Plan::kCopied;
    absl::StatusOr<PageOutcome> done = TryOnce(page, *ahead, careful);
    if (done.ok()) {
      return Done(*std::move(done));
    }
    const absl::Status& status = done.status();
    // What later pages did took it that this one is written as planned.
    ahead_.RollBack();
    if (!careful && IsAboutARow(status)) {
      // The page meets what is there already, or a value that the database refuses.
      careful = true;
      assumptions_.NoteConflict();
      continue;
    }
    switch (base::ReasonOf(status)) {
      case base::Reason::kRejectLimitReached: KeepRejects(page); return status;
      case base::Reason::kDatabaseConflict: break;
      // Once, on a new session: whether a lost commit took effect shows at the fence.
      case base::Reason::kDatabaseUnavailable:
        if (copied_ahead) continue;  // that session is given up, and nothing is known of this one
        if (reconnected) return status;
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

absl::StatusOr<PageOutcome> PostgresPageCommitter::TryOnce(const PageCommit& page, AheadPage& ahead,
                                                           bool careful) {
  SYNCLINE_RETURN_IF_ERROR(Reconnect());
  if (ahead.plan == AheadPage::Plan::kCopied) return CommitCopied(page, ahead);
  std::vector<Link> links(page.rows.size());
  if (!careful) {
    SYNCLINE_ASSIGN_OR_RETURN(links, LinksOf(page, ahead));
  }
  const bool doubtful = doubtful_.has_value() && doubtful_->page_number == page.page_number;
  const bool keeps = !page.states.empty() || !page.versions.empty();
  if (!careful && !doubtful && !page.last && !keeps && IsUnchanged(page.rows, links)) {
    return CommitUnchanged(page, links);
  }
  PageOutcome outcome;
  const absl::Status status = store::Database::RunTransactionOn(
      *connection_, [&](store::Transaction& transaction) -> absl::Status {
        SYNCLINE_ASSIGN_OR_RETURN(const PageLedger::Fence fence,
                                  ledger_.Lock(transaction, page, doubtful));
        if (fence.already_committed) {
          outcome = doubtful_->outcome;
          outcome.latest_sequence = fence.latest_sequence;
          return absl::OkStatus();
        }
        return Write(transaction, page, std::move(links), careful, &outcome);
      });
  NoteDoubt(page, status, outcome);
  if (!status.ok()) return status;
  return outcome;
}

void PostgresPageCommitter::NoteDoubt(const PageCommit& page, const absl::Status& status,
                                      const PageOutcome& outcome) {
  if (status.ok() || !base::MetadataOf(status).contains("commit")) return;
  doubtful_ = {page.page_number, outcome};
}

absl::StatusOr<std::vector<Link>> PostgresPageCommitter::LinksOf(const PageCommit& page,
                                                                 AheadPage& ahead) {
  if (ahead.links.has_value()) return *std::move(ahead.links);
  if (assumptions_.without_links()) return std::vector<Link>(page.rows.size());
  return LinkReader(*connection_, target_, page.rows).Read();
}

absl::StatusOr<PageOutcome> PostgresPageCommitter::CommitUnchanged(const PageCommit& page,
                                                                   const std::vector<Link>& links) {
  PageOutcome outcome{.page = page.counters};
  outcome.page.unchanged += static_cast<std::int64_t>(page.rows.size());
  outcome.page.duplicates += page.rows.duplicates;
  outcome.total = total_;
  outcome.total += outcome.page;
  absl::StatusOr<std::int64_t> sequence =
      ledger_.Advance(*connection_, page, outcome, SeenRanges(links, page.unchanged_links));
  if (sequence.ok()) {
    outcome.latest_sequence = *sequence;
    return outcome;
  }
  if (connection_->broken()) doubtful_ = {page.page_number, outcome};
  if (base::ReasonOf(sequence.status()) != base::Reason::kRunFenced) return sequence.status();
  return FenceStatus(page);
}

absl::StatusOr<PageOutcome> PostgresPageCommitter::CommitCopied(const PageCommit& page,
                                                                AheadPage& ahead) {
  SYNCLINE_RETURN_IF_ERROR(ahead.copied);
  PageOutcome outcome;
  absl::Status status = Conclude(*ahead.transaction, page, *ahead.writer, &outcome);
  if (status.ok()) status = ahead.transaction->Commit();
  NoteDoubt(page, status, outcome);
  if (status.ok()) return outcome;
  return base::ReasonOf(status) == base::Reason::kRunFenced ? FenceStatus(page) : status;
}

absl::Status PostgresPageCommitter::FenceStatus(const PageCommit& page) {
  return store::Database::RunTransactionOn(*connection_, [&](store::Transaction& transaction) {
    const absl::StatusOr<PageLedger::Fence> fence = ledger_.Lock(transaction, page, false);
    return fence.ok() ? base::Error(base::Reason::kDatabaseConflict, "The fence moved.")
                      : fence.status();
  });
}

absl::Status PostgresPageCommitter::Write(store::Transaction& transaction, const PageCommit& page,
                                          std::vector<Link> links, bool careful,
                                          PageOutcome* outcome) {
  if (careful) {
    SYNCLINE_ASSIGN_OR_RETURN(links, LinkReader(*connection_, target_, page.rows).Read());
  }
  const bool assume_new = !careful && assumptions_.new_objects();
  PageWriter writer(target_, transaction, ids_, page.rows, std::move(links),
                    {.careful = careful, .assume_new = assume_new});
  SYNCLINE_RETURN_IF_ERROR(writer.Write());
  return Conclude(transaction, page, writer, outcome);
}

absl::Status PostgresPageCommitter::Conclude(store::Transaction& transaction,
                                             const PageCommit& page, PageWriter& writer,
                                             PageOutcome* outcome) {
  outcome->page = page.counters;
  outcome->page += writer.counters();
  outcome->page.rejected += static_cast<std::int64_t>(page.rows.rejects.size());
  outcome->page.duplicates += page.rows.duplicates;
  SYNCLINE_RETURN_IF_ERROR(CheckRejects(outcome->page));
  for (const auto* rejects : {&page.rows.rejects, &writer.rejects()}) {
    SYNCLINE_RETURN_IF_ERROR(
        ledger_.CopyRejects(transaction, page.page_number, *rejects, rejects->size()));
  }
  SYNCLINE_RETURN_IF_ERROR(
      ledger_.WriteVersions(transaction, page, writer.links(), writer.rejects()));
  SYNCLINE_RETURN_IF_ERROR(
      Enter(transaction, page, outcome, SeenRanges(writer.links(), page.unchanged_links)));
  assumptions_.NotePage(writer.new_count(), writer.merged_count());
  return absl::OkStatus();
}

absl::Status PostgresPageCommitter::Enter(store::Transaction& transaction, const PageCommit& page,
                                          PageOutcome* outcome, const std::string& seen_ranges) {
  SYNCLINE_RETURN_IF_ERROR(ledger_.PutStates(transaction, page));
  if (page.last && page.whole_list && page.verdict == model::Verdict::kComplete) {
    SYNCLINE_ASSIGN_OR_RETURN(outcome->page.missing,
                              ledger_.CountMissing(transaction, seen_ranges));
  }
  outcome->total = total_;
  outcome->total += outcome->page;
  SYNCLINE_ASSIGN_OR_RETURN(outcome->latest_sequence,
                            page.last ? ledger_.End(transaction, page, *outcome, seen_ranges)
                                      : ledger_.Advance(transaction, page, *outcome, seen_ranges));
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

PageOutcome PostgresPageCommitter::Done(PageOutcome outcome) {
  doubtful_.reset();
  total_ = outcome.total;
  ahead_.Finish();
  return outcome;
}

}  // namespace syncline::load
