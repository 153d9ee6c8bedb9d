#include "event/event_hub.h"

#include <algorithm>
#include <utility>

#include "base/status.h"

namespace syncline::event {

struct EventHub::Ring {
  std::string run_id;
  std::deque<std::shared_ptr<const model::RunEvent>> events;  // at most kRingLength, the newest
  std::int64_t last = -1;                                     // newest sequence known
  bool ended = false;                                         // the terminal event is known
  std::vector<std::shared_ptr<Watcher>> watchers;
};

struct EventHub::Watcher : std::enable_shared_from_this<Watcher> {
  std::shared_ptr<Ring> ring;
  std::int64_t position = 0;
  std::deque<std::shared_ptr<const model::RunEvent>>
      older;  // loaded from the log, at most kRingLength
  bool loading = false;
  bool stalled = false;

  // Calls on_ready unless the subscription is gone; a destructor waits for a call under way.
  void Wake() {
    const std::lock_guard lock(wake_mutex);
    if (on_ready) on_ready();
  }
  std::mutex wake_mutex;
  std::function<void()> on_ready;
};

class EventHub::HubSubscription final : public Subscription {
 public:
  HubSubscription(EventHub& hub, std::shared_ptr<Watcher> watcher)
      : hub_(hub), watcher_(std::move(watcher)) {}
  ~HubSubscription() override { hub_.Unsubscribe(watcher_); }
  Batch Take(int count_max) override { return hub_.Take(*watcher_, count_max); }
  std::int64_t position() const override {
    const std::lock_guard lock(hub_.mutex_);
    return watcher_->position;
  }

 private:
  EventHub& hub_;
  const std::shared_ptr<Watcher> watcher_;
};

EventHub::EventHub(EventLog& log)
    : log_(log), readers_(kReaderCount, static_cast<std::size_t>(EventFeed::kSubscriptionsMax)) {}

EventHub::~EventHub() { Stop(); }

void EventHub::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  readers_.Stop();
}

absl::StatusOr<std::unique_ptr<Subscription>> EventHub::Subscribe(const std::string& run_id,
                                                                  std::int64_t after_sequence,
                                                                  std::function<void()> on_ready) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return base::Error(base::Reason::kDraining, "the server is shutting down");
  if (subscription_count_ >= EventFeed::kSubscriptionsMax) {
    return base::WithRetryAfter(
        base::Error(base::Reason::kQuotaExceeded, "too many watchers on this server"),
        std::chrono::seconds(5));
  }
  std::shared_ptr<Ring>& ring = rings_[run_id];
  if (ring == nullptr) {
    ring = std::make_shared<Ring>();
    ring->run_id = run_id;
  }
  auto watcher = std::make_shared<Watcher>();
  watcher->ring = ring;
  watcher->position = after_sequence;
  watcher->on_ready = std::move(on_ready);
  ring->watchers.push_back(watcher);
  ++subscription_count_;
  return std::make_unique<HubSubscription>(*this, std::move(watcher));
}

void EventHub::Unsubscribe(const std::shared_ptr<Watcher>& watcher) {
  {
    const std::lock_guard lock(mutex_);
    Ring& ring = *watcher->ring;
    std::erase(ring.watchers, watcher);
    --subscription_count_;
    if (ring.watchers.empty()) rings_.erase(ring.run_id);
  }
  const std::lock_guard lock(watcher->wake_mutex);
  watcher->on_ready = nullptr;
}

std::vector<EventHub::Cursor> EventHub::Watched() const {
  const std::lock_guard lock(mutex_);
  std::vector<Cursor> cursors;
  for (const auto& [run_id, ring] : rings_) {
    if (!ring->ended) cursors.push_back({run_id, ring->last});
  }
  return cursors;
}

bool EventHub::IsWatched(const std::string& run_id) const {
  const std::lock_guard lock(mutex_);
  return rings_.contains(run_id);
}

void EventHub::Publish(const std::string& run_id, std::vector<model::RunEvent> events) {
  std::vector<std::shared_ptr<Watcher>> watchers;
  {
    const std::lock_guard lock(mutex_);
    const auto found = rings_.find(run_id);
    if (found == rings_.end()) return;
    Ring& ring = *found->second;
    for (model::RunEvent& event : events) {
      // A ring made anew between the poll and now may know less than the poll assumed.
      if (event.sequence <= ring.last) continue;
      ring.last = event.sequence;
      ring.ended = std::holds_alternative<model::RunEnded>(event.body);
      ring.events.push_back(std::make_shared<const model::RunEvent>(std::move(event)));
      if (ring.events.size() > static_cast<std::size_t>(EventFeed::kRingLength))
        ring.events.pop_front();
    }
    watchers = ring.watchers;
  }
  for (const std::shared_ptr<Watcher>& watcher : watchers) watcher->Wake();
}

void EventHub::RetryStalled() {
  std::vector<std::shared_ptr<Watcher>> stalled;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [run_id, ring] : rings_) {
      for (const std::shared_ptr<Watcher>& watcher : ring->watchers) {
        if (std::exchange(watcher->stalled, false)) stalled.push_back(watcher);
      }
    }
  }
  for (const std::shared_ptr<Watcher>& watcher : stalled) watcher->Wake();
}

Subscription::Batch EventHub::Take(Watcher& watcher, int count_max) {
  const std::lock_guard lock(mutex_);
  Subscription::Batch batch;
  Ring& ring = *watcher.ring;
  if (watcher.loading || watcher.position >= ring.last) return batch;
  if (ring.last - watcher.position > EventFeed::kLagMax) {
    // The newest event is left to be taken: it may be the terminal one.
    batch.skipped_to = watcher.position = ring.last - 1;
    watcher.older.clear();
  }
  const auto limit = static_cast<std::size_t>(count_max);
  while (!watcher.older.empty() && batch.events.size() < limit) {
    watcher.position = watcher.older.front()->sequence;
    batch.events.push_back(std::move(watcher.older.front()));
    watcher.older.pop_front();
  }
  if (!watcher.older.empty()) return batch;
  // Retention leaves holes between sequences, so older events may be missing from log and ring
  // alike.
  if (watcher.position + 1 < ring.events.front()->sequence) {
    if (batch.events.empty()) LoadOlder(watcher.shared_from_this());
    return batch;
  }
  auto next = std::ranges::upper_bound(ring.events, watcher.position, {},
                                       [](const auto& event) { return event->sequence; });
  for (; next != ring.events.end() && batch.events.size() < limit; ++next) {
    watcher.position = (*next)->sequence;
    batch.events.push_back(*next);
  }
  return batch;
}

// Called under the lock.
void EventHub::LoadOlder(const std::shared_ptr<Watcher>& watcher) {
  watcher->loading = true;
  const std::int64_t after = watcher->position;
  const std::int64_t oldest_in_ring = watcher->ring->events.front()->sequence;
  const absl::Status submitted =
      readers_.Submit([this, watcher, after, oldest_in_ring](std::stop_token) {
        absl::StatusOr<std::vector<model::RunEvent>> events =
            log_.ReadAfter(watcher->ring->run_id, after, EventFeed::kRingLength);
        {
          const std::lock_guard lock(mutex_);
          watcher->loading = false;
          watcher->stalled = !events.ok();
          if (!events.ok()) return;  // RetryStalled wakes the watcher
          for (model::RunEvent& event : *events) {
            // Not beyond what the ring held then: from there on the ring serves.
            if (event.sequence > watcher->ring->last) break;
            watcher->older.push_back(std::make_shared<const model::RunEvent>(std::move(event)));
          }
          // Nothing older is kept: go on with the ring.
          if (watcher->older.empty()) watcher->position = oldest_in_ring - 1;
        }
        watcher->Wake();
      });
  if (submitted.ok()) return;
  watcher->loading = false;
  watcher->stalled = true;
}

}  // namespace syncline::event
