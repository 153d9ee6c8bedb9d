#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

#include "absl/status/status.h"
#include "pull/exchange_log.h"
#include "pull/sign_in_recorder.h"
#include "queue/run_queue.h"
#include "run/run_context.h"

namespace syncline::run {

// Writes what one run sends and what comes back, beside its pages: a failure soon, the newest every
// kPeriod and when the run ends. A worker that is killed loses what was not written yet, and
// nothing else: that it cannot be written ends no run. Lives on the stack of the run, outlives its
// puller; any thread.
class ExchangeKeeper {
 public:
  static constexpr std::chrono::seconds kPeriod{10};

  ExchangeKeeper(const RunContext& context, const queue::ClaimedRun& run)
      : context_(context), run_(run) {}
  ExchangeKeeper(const ExchangeKeeper&) = delete;
  ExchangeKeeper& operator=(const ExchangeKeeper&) = delete;

  // Once, before what follows. DATABASE_UNAVAILABLE.
  absl::Status Begin();
  pull::ExchangeLog& log() { return *log_; }
  // What the sign-in sends goes over this one.
  http::Transport& sign_in() { return *sign_in_; }

  // After a page, and when a request waits.
  void WriteDue();
  // The run ends: also what nobody judged.
  void WriteAll();

 private:
  void Write(bool all);

  const RunContext& context_;
  const queue::ClaimedRun& run_;
  std::optional<pull::ExchangeLog> log_;
  std::optional<pull::SignInRecorder> sign_in_;
  std::mutex mutex_;             // held while written, so that writes are in order
  base::SteadyTime last_write_;  // guarded by mutex_
};

}  // namespace syncline::run
