#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "base/worker_pool.h"
#include "event/event_feed.h"
#include "event/event_log.h"
#include "model/run_event.h"

namespace syncline::event {

// The watchers of this replica and, per watched run, a ring of its newest events. Knows no database
// but the log: its owner asks Watched, reads what is new, and hands it to Publish. A watcher whose
// cursor is older than the ring is served by a few readers of the log, outside of the hub's lock.
// Safe for concurrent use, Publish from one thread at a time; outlives its subscriptions.
class EventHub {
 public:
  static constexpr int kReaderCount = 4;
  explicit EventHub(EventLog& log);
  ~EventHub();

  // See EventFeed::Subscribe.
  absl::StatusOr<std::unique_ptr<Subscription>> Subscribe(const std::string& run_id,
                                                          std::int64_t after_sequence,
                                                          std::function<void()> on_ready);
  // The watched runs that have not ended, with the newest sequence known; -1 for one just added.
  struct Cursor {
    std::string run_id;
    std::int64_t last = -1;
  };
  std::vector<Cursor> Watched() const;
  bool IsWatched(const std::string& run_id) const;
  // Events after the cursor's last, in order. Wakes the watchers.
  void Publish(const std::string& run_id, std::vector<model::RunEvent> events);
  // Wakes the watchers whose older events could not be loaded, so that they try again.
  void RetryStalled();
  // Ends the readers; later subscriptions are refused with DRAINING.
  void Stop();

 private:
  struct Ring;
  struct Watcher;
  class HubSubscription;

  Subscription::Batch Take(Watcher& watcher, int count_max);
  void LoadOlder(const std::shared_ptr<Watcher>& watcher);
  void Unsubscribe(const std::shared_ptr<Watcher>& watcher);

  EventLog& log_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Ring>>
      rings_;  // by run id; without watchers: gone
  int subscription_count_ = 0;
  bool stopped_ = false;
  base::WorkerPool readers_;  // last: its threads end before the rest is destroyed
};

}  // namespace syncline::event
