#include "run/executor.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/status.h"
#include "run/pipeline.h"

namespace syncline::run {

Executor::Executor(Options options, RunContext context)
    : options_(options),
      context_(std::move(context)),
      claims_(context_.clock, context_.random),
      checks_(context_.clock, context_.random) {}

Executor::~Executor() { Stop(); }

absl::Status Executor::Start() {
  claims_.Start(options_.poll_period, [this](std::stop_token) { ClaimRuns(); });
  checks_.Start(options_.interrupt_period, [this](std::stop_token) { CheckRuns(); });
  return absl::OkStatus();
}

void Executor::Stop() {
  claims_.Stop();
  StopAll(StopCause::kDraining);
  {
    const std::lock_guard lock(mutex_);
    if (std::ranges::all_of(active_, &ActiveRun::done)) idle_.request_stop();
  }
  context_.clock.WaitFor(options_.drain_timeout, idle_.get_token());
  checks_.Stop();
  std::list<ActiveRun> leftover;
  {
    const std::lock_guard lock(mutex_);
    for (ActiveRun& run : active_) run.control.Abandon();
    leftover.splice(leftover.end(), active_);  // addresses stay: threads hold on to their entries
  }
}  // joins

void Executor::Poke() { claims_.Poke(); }

void Executor::LoseAll() { StopAll(StopCause::kLost); }

void Executor::StopAll(StopCause cause) {
  const std::lock_guard lock(mutex_);
  accepting_ = false;
  for (ActiveRun& run : active_) run.control.Stop(cause);
}

int Executor::run_count() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(std::ranges::count(active_, false, &ActiveRun::done));
}

int Executor::FreePlaces() {
  std::list<ActiveRun> finished;
  const std::lock_guard lock(mutex_);
  for (auto run = active_.begin(); run != active_.end();) {
    const auto next = std::next(run);
    if (run->done) finished.splice(finished.end(), active_, run);
    run = next;
  }
  return accepting_ ? options_.run_count_max - static_cast<int>(active_.size()) : 0;
}

void Executor::ClaimRuns() {
  const int free = FreePlaces();
  if (free == 0 || context_.clock.SteadyNow() < next_claim_) return;
  absl::StatusOr<std::vector<queue::ClaimedRun>> runs = context_.queue.Claim(free);
  if (!runs.ok()) {
    context_.logger.Warning("executor.claim_failed", {{"error", runs.status()}});
    const auto delay = options_.poll_period * (1 << std::min(failure_count_++, 10));
    next_claim_ = context_.clock.SteadyNow() + std::min(delay, options_.poll_period_max);
    return;
  }
  failure_count_ = 0;
  for (queue::ClaimedRun& run : *runs) Launch(std::move(run));
}

void Executor::Launch(queue::ClaimedRun run) {
  const std::lock_guard lock(mutex_);
  ActiveRun& active = active_.emplace_back();
  active.run = std::move(run);
  // Claimed while Stop or LoseAll began: the run hands itself back at once, or is left.
  if (!accepting_) active.control.Stop(StopCause::kDraining);
  active.thread = std::jthread([this, &active] {
    Pipeline(context_, active.run, active.control).Run();
    {
      const std::lock_guard done_lock(mutex_);
      active.done = true;
      if (!accepting_ && std::ranges::all_of(active_, &ActiveRun::done)) idle_.request_stop();
    }
    claims_.Poke();  // a place is free
  });
}

void Executor::CheckRuns() {
  std::vector<queue::ClaimedRun> runs;
  {
    const std::lock_guard lock(mutex_);
    const base::SteadyTime now = context_.clock.SteadyNow();
    for (ActiveRun& run : active_) {
      if (run.done) continue;
      if (run.control.IsPastDeadline(now)) run.control.Stop(StopCause::kTooLong);
      runs.push_back({.run_id = run.run.run_id, .epoch = run.run.epoch});
    }
  }
  context_.resources.Tick();
  const auto interrupts = context_.queue.PollInterrupts(runs);
  if (!interrupts.ok()) {
    context_.logger.Warning("executor.check_failed", {{"error", interrupts.status()}});
    return;
  }
  const std::lock_guard lock(mutex_);
  for (const queue::RunQueue::Interrupt& interrupt : *interrupts) {
    for (ActiveRun& run : active_) {
      // Not a later claim of the same run, which was not what we asked about.
      const bool asked = std::ranges::any_of(runs, [&](const queue::ClaimedRun& asked_for) {
        return asked_for.run_id == run.run.run_id && asked_for.epoch == run.run.epoch;
      });
      if (!asked || run.run.run_id != interrupt.run_id) continue;
      // A run that has just ended looks fenced, too; its pipeline goes by what its commit answered.
      run.control.Stop(interrupt.fenced ? StopCause::kLost : StopCause::kCancelled);
    }
  }
}

}  // namespace syncline::run
