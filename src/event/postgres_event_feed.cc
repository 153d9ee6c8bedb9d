#include "event/postgres_event_feed.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/status.h"
#include "event/postgres_event_log.h"
#include "store/sql.h"

namespace syncline::event {

PostgresEventFeed::PostgresEventFeed(Options options, store::Database& database, EventLog& log,
                                     const base::Clock& clock, base::Logger& logger)
    : options_(options), database_(database), clock_(clock), logger_(logger), hub_(log) {}

PostgresEventFeed::~PostgresEventFeed() { Stop(); }

absl::Status PostgresEventFeed::Start() {
  threads_.emplace_back([this](std::stop_token stop) { RunPoller(std::move(stop)); });
  threads_.emplace_back([this](std::stop_token stop) { RunListener(std::move(stop)); });
  threads_.emplace_back([this](std::stop_token stop) { RunAnnouncer(std::move(stop)); });
  return absl::OkStatus();
}

void PostgresEventFeed::Stop() {
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();  // joins
  hub_.Stop();
}

absl::StatusOr<std::unique_ptr<Subscription>> PostgresEventFeed::Subscribe(
    const std::string& run_id, std::int64_t after_sequence, std::function<void()> on_ready) {
  auto subscription = hub_.Subscribe(run_id, after_sequence, std::move(on_ready));
  if (subscription.ok()) MarkDirty(run_id);
  return subscription;
}

void PostgresEventFeed::Announce(const std::string& run_id) {
  if (hub_.IsWatched(run_id)) MarkDirty(run_id);
  const std::lock_guard lock(mutex_);
  if (announced_.size() >= kAnnouncedMax) return;
  announced_.insert(run_id);
  announced_changed_.notify_one();
}

void PostgresEventFeed::MarkDirty(const std::string& run_id) {
  const std::lock_guard lock(mutex_);
  dirty_.insert(run_id);
  dirty_changed_.notify_one();
}

void PostgresEventFeed::MarkAllDirty() {
  const std::lock_guard lock(mutex_);
  all_dirty_ = true;
  dirty_changed_.notify_one();
}

void PostgresEventFeed::RunPoller(std::stop_token stop) {
  bool more = false;
  while (!stop.stop_requested()) {
    bool all = false;
    std::set<std::string> dirty;
    {
      std::unique_lock lock(mutex_);
      const auto has_news = [this] { return all_dirty_ || !dirty_.empty(); };
      all = more || !dirty_changed_.wait_for(lock, stop, options_.poll_period, has_news) ||
            all_dirty_;
      all_dirty_ = false;
      dirty = std::exchange(dirty_, {});
    }
    if (stop.stop_requested()) return;
    std::vector<EventHub::Cursor> cursors = hub_.Watched();
    if (!all)
      std::erase_if(cursors,
                    [&](const EventHub::Cursor& cursor) { return !dirty.contains(cursor.run_id); });
    const absl::StatusOr<bool> polled = Poll(cursors);
    more = polled.ok() && *polled;
    if (!polled.ok()) {
      logger_.Warning("event.poll_failed", {{"error", polled.status()}});
      clock_.WaitFor(options_.retry_period, stop);
      MarkAllDirty();
    }
    if (all) hub_.RetryStalled();
  }
}

absl::StatusOr<bool> PostgresEventFeed::Poll(const std::vector<EventHub::Cursor>& cursors) {
  if (cursors.empty()) return false;
  std::vector<std::string_view> ids;
  std::vector<std::int64_t> lasts;
  for (const EventHub::Cursor& cursor : cursors) {
    ids.push_back(cursor.run_id);
    lasts.push_back(cursor.last);
  }
  SYNCLINE_ASSIGN_OR_RETURN(
      const store::Result rows,
      database_.Execute(store::sql::kRunEventPoll,
                        store::Parameters().TextArray(ids).Int64Array(lasts).Int64(kRingLength)));
  bool more = false;
  for (int row = 0; row < rows.size();) {
    const std::string run_id = rows.Uuid(row, 0);
    std::vector<model::RunEvent> events;
    for (; row < rows.size() && rows.Uuid(row, 0) == run_id; ++row) {
      SYNCLINE_ASSIGN_OR_RETURN(model::RunEvent event, ReadEventRow(rows, row, 1));
      events.push_back(std::move(event));
    }
    more = more || events.size() == static_cast<std::size_t>(kRingLength);
    hub_.Publish(run_id, std::move(events));
  }
  return more;
}

void PostgresEventFeed::RunListener(std::stop_token stop) {
  while (!stop.stop_requested()) {
    const absl::Status status = Listen(stop);
    if (stop.stop_requested()) return;
    logger_.Warning("event.listen_failed", {{"error", status}});
    clock_.WaitFor(options_.retry_period, stop);
  }
}

// Until the session fails or `stop`.
absl::Status PostgresEventFeed::Listen(std::stop_token stop) {
  store::SessionOptions session = database_.options().session;
  session.call_timeout = options_.ping_period;
  SYNCLINE_ASSIGN_OR_RETURN(const std::unique_ptr<store::Connection> connection,
                            database_.OpenConnection(session));
  SYNCLINE_RETURN_IF_ERROR(connection->ExecuteScript("LISTEN syncline_run_event"));
  MarkAllDirty();  // what was announced before we listened
  while (!stop.stop_requested()) {
    SYNCLINE_ASSIGN_OR_RETURN(const std::vector<store::Connection::Notification> notifications,
                              connection->WaitForNotifications(options_.ping_period, stop));
    // A session that died without a word is found out by asking it something.
    if (notifications.empty()) SYNCLINE_RETURN_IF_ERROR(connection->ExecuteScript("SELECT 1"));
    for (const store::Connection::Notification& notification : notifications) {
      std::string_view ids = notification.payload;
      while (!ids.empty()) {
        const std::string run_id(ids.substr(0, ids.find(',')));
        ids.remove_prefix(std::min(ids.size(), run_id.size() + 1));
        if (hub_.IsWatched(run_id)) MarkDirty(run_id);
      }
    }
  }
  return absl::OkStatus();
}

void PostgresEventFeed::RunAnnouncer(std::stop_token stop) {
  std::unique_ptr<store::Connection> connection;
  while (true) {
    std::string payload;
    {
      std::unique_lock lock(mutex_);
      if (!announced_changed_.wait(lock, stop, [this] { return !announced_.empty(); })) return;
      for (std::size_t i = 0; i < kRunsPerNotify && !announced_.empty(); ++i) {
        if (!payload.empty()) payload += ',';
        payload += announced_.extract(announced_.begin()).value();
      }
    }
    if (connection == nullptr || connection->broken()) {
      auto opened = database_.OpenConnection(database_.options().session);
      connection = opened.ok() ? *std::move(opened) : nullptr;
    }
    // A lost NOTIFY costs other replicas one poll period, so it is not tried again.
    if (connection != nullptr) {
      connection->Execute(store::sql::kRunEventNotify, store::Parameters().Text(payload))
          .status()
          .IgnoreError();
    }
    if (!clock_.WaitFor(options_.notify_spacing, stop)) return;
  }
}

}  // namespace syncline::event
