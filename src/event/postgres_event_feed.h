#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "event/event_feed.h"
#include "event/event_hub.h"
#include "event/event_log.h"
#include "store/database.h"

namespace syncline::event {

// EventFeed on PostgreSQL. Truth is the table, read by one poller for all watched runs; LISTEN and
// NOTIFY only shorten its wait, so that losing them costs one poll period. Three threads: the
// poller, the listener, and the announcer, which sends at most one NOTIFY per `notify_spacing`
// outside of any page's transaction, for NOTIFY takes a lock of the whole database at commit.
class PostgresEventFeed final : public EventFeed {
 public:
  static constexpr std::size_t kAnnouncedMax =
      10'000;  // runs waiting for a NOTIFY; more are left to polls
  static constexpr std::size_t kRunsPerNotify = 200;  // a payload has at most 7,999 bytes
  struct Options {
    std::chrono::milliseconds poll_period{1'000};
    std::chrono::milliseconds notify_spacing{50};
    std::chrono::milliseconds ping_period{5'000};  // of a LISTEN session on which nothing comes
    std::chrono::milliseconds retry_period{1'000};
  };
  PostgresEventFeed(Options options, store::Database& database, EventLog& log,
                    const base::Clock& clock, base::Logger& logger);
  ~PostgresEventFeed() override;

  absl::Status Start() override;
  void Stop() override;
  absl::StatusOr<std::unique_ptr<Subscription>> Subscribe(const std::string& run_id,
                                                          std::int64_t after_sequence,
                                                          std::function<void()> on_ready) override;
  void Announce(const std::string& run_id) override;

 private:
  void RunPoller(std::stop_token stop);
  void RunListener(std::stop_token stop);
  void RunAnnouncer(std::stop_token stop);
  // Reads what is new of these runs and publishes it. True when there may be more.
  absl::StatusOr<bool> Poll(const std::vector<EventHub::Cursor>& cursors);
  absl::Status Listen(std::stop_token stop);
  void MarkDirty(const std::string& run_id);
  void MarkAllDirty();

  const Options options_;
  store::Database& database_;
  const base::Clock& clock_;
  base::Logger& logger_;
  EventHub hub_;

  std::mutex mutex_;
  std::condition_variable_any dirty_changed_;
  std::set<std::string> dirty_;  // watched runs that have news
  bool all_dirty_ = false;
  std::condition_variable_any announced_changed_;
  std::set<std::string> announced_;
  std::vector<std::jthread> threads_;
};

}  // namespace syncline::event
