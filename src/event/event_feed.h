#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/service.h"
#include "model/run_event.h"

namespace syncline::event {

// One watcher's cursor over a run's events: no queue of its own, so its memory does not grow with
// its lag. Take is called by one thread at a time. Destroying it unsubscribes and waits for an
// on_ready under way, so hold no lock then that on_ready takes, and do not do it inside; on_ready
// is not called afterwards.
class Subscription {
 public:
  virtual ~Subscription() = default;
  struct Batch {
    std::vector<std::shared_ptr<const model::RunEvent>>
        events;  // in order, no gap, at most `count_max`
    // Non-zero: the watcher lagged by more than EventFeed::kLagMax events; those up to this
    // sequence are passed over and the caller sends a fresh snapshot before it goes on.
    std::int64_t skipped_to = 0;
  };
  // What to send next, without blocking; empty when up to date (on_ready will be called) or while
  // older events are being loaded.
  virtual Batch Take(int count_max) = 0;
  // The newest sequence taken or passed over.
  virtual std::int64_t position() const = 0;
};

// Spreads the events of runs to the watchers of this replica: one LISTEN session and a poll each
// second for all watched runs together, a ring of the newest events per run, and a few readers for
// watchers that are behind. Started and stopped by the composition root; safe for concurrent use.
class EventFeed : public base::Service {
 public:
  static constexpr int kRingLength = 256;
  static constexpr std::int64_t kLagMax = 1'000;
  static constexpr int kSubscriptionsMax = 5'000;
  // `on_ready` says that Take may have something; it is called from threads of the feed and must
  // not block. QUOTA_EXCEEDED when there are kSubscriptionsMax. The caller has checked that the run
  // exists.
  virtual absl::StatusOr<std::unique_ptr<Subscription>> Subscribe(
      const std::string& run_id, std::int64_t after_sequence, std::function<void()> on_ready) = 0;
  // Events of a run were committed by this process: wakes its watchers without waiting for the poll
  // and tells other replicas (coalesced). Never blocks.
  virtual void Announce(const std::string& run_id) = 0;
};

}  // namespace syncline::event
