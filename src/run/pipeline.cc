#include "run/pipeline.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/status.h"
#include "mapping/compiled_mapping.h"
#include "model/resource_name.h"
#include "pull/limits.h"
#include "pull/puller.h"
#include "run/page_stream.h"
#include "run/verdict.h"

namespace syncline::run {
namespace {

constexpr http::Backoff kCommitBackoff{.base = std::chrono::milliseconds(500),
                                       .max = std::chrono::seconds(5)};
// A key service that is away, and secrets that are kept elsewhere.
constexpr http::Backoff kSecretBackoff{.base = std::chrono::seconds(1),
                                       .max = std::chrono::seconds(30)};
constexpr http::Backoff kEndBackoff{.base = std::chrono::milliseconds(500),
                                    .max = std::chrono::seconds(30)};

std::string NameOf(const queue::ClaimedRun& run) {
  return model::RunName{run.workspace, run.integration, run.run_id}.ToString();
}

}  // namespace

Pipeline::Pipeline(const RunContext& context, queue::ClaimedRun run, RunControl& control)
    : context_(context), run_(std::move(run)), control_(control), exchanges_(context_, run_) {}

void Pipeline::Run() {
  context_.logger.Info(
      "run.started",
      {{"run", NameOf(run_)}, {"attempt", run_.attempt}, {"page", run_.pages_committed + 1}});
  context_.feed.Announce(run_.run_id);  // `started`
  absl::Status status = Walk();
  // What stood in the way of cleaning up does not make another end of it.
  if (!status.ok() && run_.cancel_requested) {
    status = base::Error(base::Reason::kCancelled, base::MessageOf(status));
  }
  if (status.ok()) {
    context_.logger.Info("run.succeeded", {{"run", NameOf(run_)}});
    CleanUp(true);
  } else {
    exchanges_.WriteAll();
    End(status);
  }
}

absl::Status Pipeline::Walk() {
  const absl::Status cancelled = base::Error(base::Reason::kCancelled, "cancelled before it began");
  if (run_.cancel_requested && run_.checkpoint.empty()) return cancelled;
  SYNCLINE_ASSIGN_OR_RETURN(const Definition definition, ParseDefinition(run_.definition));
  // An attempt before this one may have left a job at the vendor, which the checkpoint tells of.
  const bool leaves_job = definition.integration.export_job().has_clean_up();
  if (run_.cancel_requested && !leaves_job) return cancelled;
  StartClock(definition);
  SYNCLINE_ASSIGN_OR_RETURN(
      const mapping::CompiledMapping mapping,
      mapping::CompiledMapping::Compile(definition.mapping, definition.object_type,
                                        mapping::SurroundingsOf(definition.integration)));
  SYNCLINE_RETURN_IF_ERROR(exchanges_.Begin());
  SYNCLINE_ASSIGN_OR_RETURN(SignIn sign_in, OpenSignIn(definition));
  SYNCLINE_ASSIGN_OR_RETURN(states_, context_.resources.OpenStates(run_, definition.integration));
  if (definition.integration.has_skip_unchanged()) {
    known_ = context_.resources.MakeKnownRecords(run_);
  }
  SYNCLINE_ASSIGN_OR_RETURN(
      puller_,
      pull::Puller::Make({.integration = definition.integration,
                          .authenticator = std::move(sign_in.authenticator),
                          .transport = context_.transport,
                          .clock = context_.clock,
                          .random = context_.random,
                          .run_start = run_.start_time,
                          .states = states_.get(),
                          .known = known_.get(),
                          .mapping_version = definition.mapping.version(),
                          .on_wait =
                              [this](const http::Wait& wait) {
                                exchanges_.WriteDue();
                                ReportWait({std::string(base::ReasonName(wait.reason)),
                                            wait.message, context_.clock.Now() + wait.delay},
                                           wait.next_attempt);
                              },
                          .backoff = context_.vendor_backoff,
                          .budget = std::move(sign_in.budget),
                          .resume = {.request_attempt = run_.request_attempt,
                                     .paid = run_.paid,
                                     .retries = run_.counters.retries},
                          .on_clean_up_failed =
                              [this](const absl::Status& status) {
                                context_.logger.Warning("run.clean_up_failed",
                                                        {{"run", NameOf(run_)}, {"error", status}});
                              },
                          .exchanges = &exchanges_.log()}));
  exchanges_.log().SetScrub(puller_->MakeScrub());
  SYNCLINE_RETURN_IF_ERROR(puller_->Resume(run_.pages_committed, run_.checkpoint));
  if (run_.cancel_requested) return cancelled;
  SYNCLINE_ASSIGN_OR_RETURN(const std::unique_ptr<load::PageCommitter> committer,
                            context_.resources.MakeCommitter(run_, definition, mapping));
  return CommitPages(mapping, *committer);
}

absl::Status Pipeline::CommitPages(const mapping::CompiledMapping& mapping,
                                   load::PageCommitter& committer) {
  PageStream pages(std::move(puller_), mapping, run_.start_time, committer, control_.stop_token());
  const absl::Status status = CommitAll(pages, committer);
  puller_ = pages.Close();
  return status;
}

absl::Status Pipeline::CommitAll(PageStream& pages, load::PageCommitter& committer) {
  while (true) {
    SYNCLINE_ASSIGN_OR_RETURN(const auto page, pages.Next());
    // Before the commit that ends the run: who sees it ended sees its exchanges.
    page->last ? exchanges_.WriteAll() : exchanges_.WriteDue();
    SYNCLINE_ASSIGN_OR_RETURN(const load::PageOutcome outcome, Commit(committer, *page));
    pages.Committed(page->page_number);
    context_.feed.Announce(run_.run_id);
    context_.logger.Debug(
        "run.page_committed",
        {{"run", NameOf(run_)}, {"page", page->page_number}, {"records", outcome.page.records}});
    if (page->last) return absl::OkStatus();
  }
}

// Waits for the keys and secrets that others keep: neither is a refusal of the vendor.
absl::StatusOr<SignIn> Pipeline::OpenSignIn(const Definition& definition) {
  const base::SteadyTime give_up = context_.clock.SteadyNow() + kSecretPatience;
  for (int attempt = 1;; ++attempt) {
    auto opened = context_.resources.OpenSignIn(run_, definition.integration, exchanges_.sign_in());
    if (opened.ok()) return opened;
    const base::Reason reason = base::ReasonOf(opened.status());
    if (reason != base::Reason::kKeyUnavailable && reason != base::Reason::kSecretUnavailable) {
      return opened;
    }
    const auto delay =
        http::DelayAfter(kSecretBackoff, attempt, std::nullopt, context_.random.Fraction());
    if (context_.clock.SteadyNow() + delay > give_up) return opened;
    context_.logger.Warning("run.waits_for_secret",
                            {{"run", NameOf(run_)}, {"error", opened.status()}});
    if (attempt == 1) {
      ReportWait({std::string(base::ReasonName(reason)), base::MessageOf(opened.status()),
                  context_.clock.Now() + delay},
                 attempt + 1);
    }
    if (!context_.clock.WaitFor(delay, control_.stop_token())) {
      return base::Error(base::Reason::kCancelled, "the run was stopped");
    }
  }
}

// Counted from when a worker first took the run, by the wall clock: it goes on over hand-backs.
// What the run was parked does not count, within the longest wait there is.
void Pipeline::StartClock(const Definition& definition) {
  const auto most = pull::ResolveLimits(definition.integration.limits()).run_duration_max;
  const auto parked = std::min(run_.parked, http::Patience::kWaitMax);
  const auto passed = context_.clock.Now() - run_.start_time - parked;
  control_.SetDeadline(context_.clock.SteadyNow() + (most - passed));
}

absl::StatusOr<load::PageOutcome> Pipeline::Commit(load::PageCommitter& committer,
                                                   const load::PageCommit& page) {
  const base::SteadyTime give_up = context_.clock.SteadyNow() + kCommitPatience;
  for (int attempt = 1;; ++attempt) {
    absl::StatusOr<load::PageOutcome> outcome = base::Error(
        base::Reason::kDatabaseUnavailable, "no heartbeat reached the database of late");
    // I2: never after the instant from which another worker may own the run.
    if (context_.clock.SteadyNow() < context_.may_commit_until()) outcome = committer.Commit(page);
    if (outcome.ok() || !MayPassByItself(outcome.status())) return outcome;
    const auto delay =
        http::DelayAfter(kCommitBackoff, attempt, std::nullopt, context_.random.Fraction());
    if (context_.clock.SteadyNow() + delay > give_up) return outcome;
    context_.logger.Warning("run.commit_failed",
                            {{"run", NameOf(run_)}, {"error", outcome.status()}});
    if (attempt == 1 && base::ReasonOf(outcome.status()) == base::Reason::kStorageFull) {
      ReportWait({std::string(base::ReasonName(base::Reason::kStorageFull)),
                  base::MessageOf(outcome.status()), context_.clock.Now() + delay},
                 attempt + 1);
    }
    if (!context_.clock.WaitFor(delay, control_.stop_token())) {
      return base::Error(base::Reason::kCancelled, "the run was stopped");
    }
  }
}

// Only once it is written how the run ended: until then another attempt may go on with the job.
void Pipeline::CleanUp(bool ended) {
  control_.Settle();
  if (puller_ != nullptr) puller_->CleanUp(ended, control_.abandon_token());
}

void Pipeline::ReportWait(const model::RunWait& wait, int next_attempt) {
  const absl::Status status = context_.queue.Append(run_, model::RunWaiting{wait, next_attempt});
  if (status.ok()) {
    context_.feed.Announce(run_.run_id);
  } else if (base::ReasonOf(status) == base::Reason::kRunFenced) {
    control_.Stop(StopCause::kLost);
  }  // else the wait is not shown: no reason to end the run
}

absl::Status Pipeline::Write(const Conclusion& conclusion) {
  switch (conclusion.kind) {
    case Conclusion::Kind::kFinish: return context_.queue.Finish(run_, conclusion.ending);
    case Conclusion::Kind::kPark: {
      queue::RunParking parking = conclusion.parking;
      const auto left = conclusion.due - context_.clock.SteadyNow();
      parking.delay = std::max(std::chrono::milliseconds(0),
                               std::chrono::ceil<std::chrono::milliseconds>(left));
      return context_.queue.Park(run_, parking);
    }
    case Conclusion::Kind::kRelease:
      return context_.queue.Release(run_, base::ReasonName(conclusion.release_reason));
    case Conclusion::Kind::kLeave: break;
  }
  return absl::OkStatus();
}

void Pipeline::End(const absl::Status& status) {
  const Conclusion conclusion = Conclude(control_.cause(), status);
  const bool parks = conclusion.kind == Conclusion::Kind::kPark;
  context_.logger.Info(parks ? "run.parked" : "run.ended",
                       {{"run", NameOf(run_)}, {"error", status}});
  if (conclusion.kind == Conclusion::Kind::kLeave) return;
  // A run that is ours in the table and walked by nobody would stay for ever (I6): only a fence, or
  // the end of this worker, lets it go.
  for (int attempt = 1;; ++attempt) {
    const absl::Status written = Write(conclusion);
    if (written.ok()) {
      context_.feed.Announce(run_.run_id);
      return CleanUp(conclusion.kind == Conclusion::Kind::kFinish);
    }
    if (base::ReasonOf(written) == base::Reason::kRunFenced) break;
    context_.logger.Warning("run.end_failed", {{"run", NameOf(run_)}, {"error", written}});
    const auto delay =
        http::DelayAfter(kEndBackoff, attempt, std::nullopt, context_.random.Fraction());
    if (!context_.clock.WaitFor(delay, control_.abandon_token())) return;
  }
  context_.feed.Announce(run_.run_id);
}

}  // namespace syncline::run
