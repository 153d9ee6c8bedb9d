#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "auth/authenticator.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "event/event_feed.h"
#include "http/backoff.h"
#include "http/rate_budget.h"
#include "http/transport.h"
#include "load/page_committer.h"
#include "mapping/compiled_mapping.h"
#include "model/exchange.h"
#include "pull/exchange_log.h"
#include "pull/known_records.h"
#include "pull/watermark.h"
#include "queue/run_queue.h"
#include "run/definition.h"

namespace syncline::run {

// How a run signs in, and how fast it may ask.
struct SignIn {
  std::unique_ptr<auth::Authenticator> authenticator;
  std::shared_ptr<http::RateBudget> budget;  // shared with the other runs; null = no limit
};

// Makes the parts of one run that stand on the database. Safe for concurrent use.
class RunResources {
 public:
  virtual ~RunResources() = default;
  // Of the integration's credential as it is now; what it sends goes over `transport`, which must
  // outlive it. NOT_FOUND when integration or credential are
  // gone; KEY_UNAVAILABLE, SECRET_UNAVAILABLE, CREDENTIAL_CORRUPT, DATABASE_UNAVAILABLE.
  virtual absl::StatusOr<SignIn> OpenSignIn(const queue::ClaimedRun& run,
                                            const v1::Integration& integration,
                                            http::Transport& transport) = 0;
  // Where the states of its partitions are. Null for a run that walks the whole list: that of an
  // integration without `incremental`, and a full one. NOT_FOUND, DATABASE_UNAVAILABLE.
  virtual absl::StatusOr<std::unique_ptr<pull::StateSource>> OpenStates(
      const queue::ClaimedRun& run, const v1::Integration& integration) = 0;
  virtual absl::StatusOr<std::unique_ptr<load::PageCommitter>> MakeCommitter(
      const queue::ClaimedRun& run, const Definition& definition,
      const mapping::CompiledMapping& mapping) = 0;
  // What earlier runs wrote of the integration's records, for one that skips unchanged ones.
  virtual std::unique_ptr<pull::KnownRecords> MakeKnownRecords(const queue::ClaimedRun& run) = 0;
  // Called every few seconds: gives back to the fleet what no run uses.
  virtual void Tick() {}
  // What earlier owners of the run wrote of its exchanges, and to write more of them; those of a
  // run that is not ours any more are dropped. DATABASE_UNAVAILABLE.
  virtual absl::StatusOr<pull::ExchangeLog::Bounds> FindExchanges(const queue::ClaimedRun& run) = 0;
  virtual absl::Status WriteExchanges(const queue::ClaimedRun& run,
                                      const std::vector<model::Exchange>& exchanges) = 0;
};

// What every run of a worker shares. Made by the composition root, outlives the executor.
struct RunContext {
  queue::RunQueue& queue;
  event::EventFeed& feed;
  RunResources& resources;
  http::Transport& transport;  // one try each
  const base::Clock& clock;
  base::Random& random;
  base::Logger& logger;
  // queue::WorkerLease::MayCommitUntil.
  std::function<base::SteadyTime()> may_commit_until;
  http::Backoff vendor_backoff = {};  // between tries of a request
};

}  // namespace syncline::run
