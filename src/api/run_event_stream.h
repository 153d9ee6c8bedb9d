#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "api/unary_call.h"
#include "base/random.h"
#include "base/reason.h"
#include "event/event_feed.h"
#include "grpcpp/server_context.h"
#include "model/resource_name.h"
#include "syncline/v1/run_service.pb.h"

namespace syncline::api {

// A run as a stream's snapshot shows it.
struct RunView {
  v1::Run run;
  std::int64_t earliest_sequence = 0;  // 0: no event is kept
};

// What a stream works with; outlives every stream.
struct RunStreamEnvironment {
  const CallEnvironment& calls;
  event::EventFeed& feed;
  base::Random& random;
  // Reads the database; called on worker threads only. NOT_FOUND.
  std::function<absl::StatusOr<RunView>(const model::RunName&)> read_run;
};

// One WatchRun call: a snapshot, then the events after a sequence, bookmarks in silence, and an end
// that says why. It keeps one message and one short batch, whatever the reader's lag (I7), and has
// at most one write in flight. No gRPC thread is ever blocked: the database is read on worker
// threads. Threads of gRPC, of the feed, of the pool and of the timer may call it; it holds itself
// alive until gRPC is done with it.
class RunEventStream final : public grpc::ServerWriteReactor<v1::WatchRunResponse>,
                             public std::enable_shared_from_this<RunEventStream> {
 public:
  static constexpr std::chrono::seconds kBookmarkAfter{15};
  // A reader that takes no message for so long is given up: its buffers are memory of ours.
  static constexpr std::chrono::seconds kWriteTimeMax{60};
  // Streams do not notice that a server wants to go, so each has an end (grpc/grpc-go#6504); the
  // ends of many are spread by 20 % either way.
  static constexpr std::chrono::minutes kAgeMax{30};
  static constexpr double kAgeSpread = 0.2;
  static constexpr int kBatchMax = 16;
  static constexpr std::chrono::milliseconds kResumeDelayMax{2'000};

  using OnClosed = std::function<void(RunEventStream*)>;

  RunEventStream(const RunStreamEnvironment& environment, grpc::CallbackServerContext* context,
                 const v1::WatchRunRequest& request, OnClosed on_closed);

  // Once, on the gRPC thread that brought the call.
  void Begin();
  // From the timer, about every second.
  void Tick();
  // The server stops: ends the stream so that its reader resumes elsewhere.
  void Drain();

 private:
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  void OnFeedReady();
  void LoadAndSubscribe();
  void LoadAgain();
  absl::Status CheckPosition(const RunView& view);
  void Subscribe();

  // These want mutex_ held.
  void Fail(absl::Status status);
  void Step();
  void TakeBatch();
  void AdoptView(RunView view);
  void WriteSnapshot();
  void WriteNextEvent();
  void WriteBookmark();
  void WriteEnd(v1::RunStreamEnd::Cause cause, const absl::Status& status);
  void Write();
  void EndLater(v1::RunStreamEnd::Cause cause, base::Reason reason, std::string_view message);

  const RunStreamEnvironment& environment_;
  grpc::CallbackServerContext* const context_;
  const std::string run_text_;
  const std::int64_t after_sequence_;
  const OnClosed on_closed_;
  const base::SteadyTime rotate_time_;
  std::shared_ptr<RunEventStream> self_;  // dropped in OnDone
  std::atomic<bool> wake_queued_ = false;

  std::mutex mutex_;
  model::RunName run_;
  std::unique_ptr<event::Subscription> subscription_;
  std::deque<std::shared_ptr<const model::RunEvent>> batch_;
  v1::WatchRunResponse message_;     // belongs to gRPC while writing_
  std::optional<RunView> snapshot_;  // to be sent next
  std::optional<absl::Status> failure_;
  std::optional<std::pair<v1::RunStreamEnd::Cause, absl::Status>> ending_;
  std::optional<std::int64_t> last_sequence_;  // of a run that has ended
  std::int64_t position_ = 0;                  // sent or passed over
  std::int64_t skipped_to_ = 0;
  bool compacted_ = false;
  bool writing_ = false;
  bool load_wanted_ = false;  // a fresh snapshot comes before the next event
  bool cancelled_ = false;
  bool finishing_ = false;  // the last operation was handed to gRPC
  bool done_ = false;
  base::SteadyTime write_time_;  // when the last message was handed to gRPC or taken from us
};

}  // namespace syncline::api
