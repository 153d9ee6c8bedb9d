#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "load/page_committer.h"
#include "mapping/compiled_mapping.h"
#include "pull/known_records.h"
#include "pull/puller.h"
#include "pull/watermark.h"
#include "queue/run_queue.h"
#include "run/definition.h"
#include "run/exchange_keeper.h"
#include "run/run_context.h"
#include "run/run_control.h"
#include "run/verdict.h"

namespace syncline::run {

class PageStream;

// One run, from the claim to its end: pulls page after page, maps it, commits it, tells watchers.
// Lives on the thread that the executor gives it; only `control` is touched from others.
class Pipeline {
 public:
  // How long a page is kept while the database cannot take it; then the run goes back to the queue.
  static constexpr std::chrono::milliseconds kCommitPatience = std::chrono::minutes(2);

  // How long a run waits in its place for keys and secrets that others keep; then it goes back to
  // the queue (KEY_UNAVAILABLE), so that others get their turn, or fails (SECRET_UNAVAILABLE).
  static constexpr std::chrono::milliseconds kSecretPatience = std::chrono::minutes(10);

  Pipeline(const RunContext& context, queue::ClaimedRun run, RunControl& control);

  // Returns when the run has ended, was handed back, or is no longer ours.
  void Run();

 private:
  // OK when the last page was committed, which ended the run.
  absl::Status Walk();
  absl::StatusOr<SignIn> OpenSignIn(const Definition& definition);
  absl::StatusOr<load::PageOutcome> Commit(load::PageCommitter& committer,
                                           const load::PageCommit& page);
  // Writes how the run ends, or goes back to the queue, as often as it takes.
  void End(const absl::Status& status);
  absl::Status Write(const Conclusion& conclusion);
  // Commits the pages of puller_ up to the last one; puller_ is back afterwards.
  absl::Status CommitPages(const mapping::CompiledMapping& mapping, load::PageCommitter& committer);
  absl::Status CommitAll(PageStream& pages, load::PageCommitter& committer);
  // Gives back what the vendor holds for the run. `ended`: for good.
  void CleanUp(bool ended);
  void StartClock(const Definition& definition);
  void ReportWait(const model::RunWait& wait, int next_attempt);

  const RunContext& context_;
  const queue::ClaimedRun run_;
  RunControl& control_;
  ExchangeKeeper exchanges_;  // outlives the puller, whose sign-in ends over it
  // Set by Walk, and kept until the run has ended: the puller cleans up after itself then.
  std::unique_ptr<pull::StateSource> states_;
  std::unique_ptr<pull::KnownRecords> known_;
  std::unique_ptr<pull::Puller> puller_;
};

}  // namespace syncline::run
