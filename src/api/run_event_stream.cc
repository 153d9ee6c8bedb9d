#include "api/run_event_stream.h"

#include "api/run_event_message.h"
#include "api/status_details.h"
#include "base/status.h"
#include "fmt/format.h"

namespace syncline::api {
namespace {

using base::Reason;

bool HasEnded(const v1::Run& run) {
  return run.state() == v1::Run::STATE_SUCCEEDED || run.state() == v1::Run::STATE_FAILED ||
         run.state() == v1::Run::STATE_CANCELLED;
}

base::SteadyTime RotateTime(const RunStreamEnvironment& environment) {
  const double factor = 1 + RunEventStream::kAgeSpread * (2 * environment.random.Fraction() - 1);
  return environment.calls.clock.SteadyNow() +
         std::chrono::duration_cast<std::chrono::nanoseconds>(RunEventStream::kAgeMax * factor);
}

}  // namespace

RunEventStream::RunEventStream(const RunStreamEnvironment& environment,
                               grpc::CallbackServerContext* context,
                               const v1::WatchRunRequest& request, OnClosed on_closed)
    : environment_(environment),
      context_(context),
      run_text_(request.name()),
      after_sequence_(request.after_sequence()),
      on_closed_(std::move(on_closed)),
      rotate_time_(RotateTime(environment)),
      position_(request.after_sequence()),
      write_time_(environment.calls.clock.SteadyNow()) {}

void RunEventStream::Begin() {
  self_ = shared_from_this();
  const std::lock_guard lock(mutex_);
  absl::StatusOr<model::RunName> name = model::RunName::Parse(run_text_);
  base::FieldViolations wrong;
  if (!name.ok()) wrong.AddStatus("name", name.status());
  if (after_sequence_ < 0) wrong.Add("afterSequence", "must not be negative; 0 = from the first");
  if (!wrong.empty()) return Fail(wrong.ToStatus());
  run_ = *std::move(name);
  const absl::Status queued = environment_.calls.workers.Submit(
      [self = self_](const std::stop_token&) { self->LoadAndSubscribe(); });
  if (!queued.ok()) Fail(queued);
}

void RunEventStream::Fail(absl::Status status) {
  failure_ = std::move(status);
  Step();
}

absl::Status RunEventStream::CheckPosition(const RunView& view) {
  if (after_sequence_ <= view.run.latest_sequence()) return absl::OkStatus();
  return base::Error(Reason::kSequenceOutOfRange,
                     fmt::format("the newest event of the run is {}, after_sequence is {}",
                                 view.run.latest_sequence(), after_sequence_),
                     {{"latest_sequence", std::to_string(view.run.latest_sequence())}});
}

// The snapshot is read before the subscription begins at a sequence that the reader chose: an event
// in between is delivered by the subscription, so nothing is lost.
void RunEventStream::LoadAndSubscribe() {
  absl::StatusOr<RunView> view = environment_.read_run(run_);
  const absl::Status loaded = view.ok() ? CheckPosition(*view) : view.status();
  {
    const std::lock_guard lock(mutex_);
    if (finishing_) return;
    if (!loaded.ok()) return Fail(loaded);
    compacted_ = view->earliest_sequence > after_sequence_ + 1;
    if (compacted_) position_ = view->earliest_sequence - 1;
    AdoptView(*std::move(view));
    Step();
  }
  Subscribe();
}

void RunEventStream::Subscribe() {
  // The feed may call back at once and from any thread, so mutex_ must not be held here.
  auto subscription = environment_.feed.Subscribe(run_.run, position_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->OnFeedReady();
  });
  std::unique_ptr<event::Subscription> unwanted;
  const std::lock_guard lock(mutex_);
  if (!subscription.ok()) return Fail(subscription.status());
  if (finishing_ || done_) {
    unwanted = *std::move(subscription);
  } else {
    subscription_ = *std::move(subscription);
    Step();
  }
}

void RunEventStream::LoadAgain() {
  absl::StatusOr<RunView> view = environment_.read_run(run_);
  const std::lock_guard lock(mutex_);
  if (finishing_) return;
  if (!view.ok()) return Fail(view.status());
  load_wanted_ = false;
  AdoptView(*std::move(view));
  Step();
}

void RunEventStream::AdoptView(RunView view) {
  if (HasEnded(view.run)) last_sequence_ = view.run.latest_sequence();
  snapshot_ = std::move(view);
}

// Taking events is left to a worker: the feed may be holding locks of its own while it calls.
void RunEventStream::OnFeedReady() {
  if (wake_queued_.exchange(true)) return;
  const absl::Status queued =
      environment_.calls.workers.Submit([self = shared_from_this()](const std::stop_token&) {
        self->wake_queued_ = false;
        const std::lock_guard lock(self->mutex_);
        self->Step();
      });
  if (!queued.ok()) wake_queued_ = false;  // the next tick steps instead
}

// Hands gRPC the next operation, if there is one and none is in flight.
void RunEventStream::Step() {
  if (finishing_ || writing_) return;
  if (cancelled_ || failure_.has_value()) {
    finishing_ = true;
    Finish(
        ToGrpcStatus(failure_.value_or(base::Error(Reason::kCancelled, "the reader went away"))));
  } else if (ending_.has_value()) {
    WriteEnd(ending_->first, ending_->second);
  } else if (snapshot_.has_value()) {
    WriteSnapshot();
  } else if (subscription_ != nullptr && !load_wanted_) {
    if (batch_.empty()) TakeBatch();
    if (load_wanted_) return;
    if (!batch_.empty()) {
      WriteNextEvent();
    } else if (last_sequence_.has_value() && position_ >= *last_sequence_) {
      WriteEnd(v1::RunStreamEnd::CAUSE_RUN_ENDED, absl::OkStatus());
    } else if (environment_.calls.clock.SteadyNow() - write_time_ >= kBookmarkAfter) {
      WriteBookmark();
    }
  }
}

void RunEventStream::TakeBatch() {
  event::Subscription::Batch taken = subscription_->Take(kBatchMax);
  batch_.assign(taken.events.begin(), taken.events.end());
  if (taken.skipped_to == 0) return;
  skipped_to_ = taken.skipped_to;
  position_ = std::max(position_, skipped_to_);
  load_wanted_ = true;
  // A full pool leaves it wanted, and the next tick tries again.
  environment_.calls.workers
      .Submit([self = shared_from_this()](const std::stop_token&) { self->LoadAgain(); })
      .IgnoreError();
}

void RunEventStream::WriteSnapshot() {
  message_.Clear();
  v1::RunSnapshot& proto = *message_.mutable_snapshot();
  *proto.mutable_run() = std::move(snapshot_->run);
  proto.set_earliest_sequence(snapshot_->earliest_sequence);
  proto.set_compacted(compacted_);
  proto.set_skipped_to(skipped_to_);
  snapshot_.reset();
  skipped_to_ = 0;
  compacted_ = false;
  Write();
}

// I3: in the order and with the numbers of the log.
void RunEventStream::WriteNextEvent() {
  const std::shared_ptr<const model::RunEvent> event = std::move(batch_.front());
  batch_.pop_front();
  position_ = event->sequence;
  if (std::holds_alternative<model::RunEnded>(event->body)) last_sequence_ = event->sequence;
  message_.Clear();
  *message_.mutable_event() = ToProto(*event);
  Write();
}

// Made from the same cursor as events, so that it cannot run ahead of them (etcd-io/etcd#15220).
void RunEventStream::WriteBookmark() {
  message_.Clear();
  message_.mutable_bookmark()->set_sequence(position_);
  Write();
}

void RunEventStream::Write() {
  writing_ = true;
  write_time_ = environment_.calls.clock.SteadyNow();
  StartWrite(&message_);
}

void RunEventStream::WriteEnd(v1::RunStreamEnd::Cause cause, const absl::Status& status) {
  message_.Clear();
  message_.mutable_end()->set_cause(cause);
  message_.mutable_end()->set_sequence(position_);
  finishing_ = true;
  write_time_ = environment_.calls.clock.SteadyNow();
  StartWriteAndFinish(&message_, grpc::WriteOptions(), ToGrpcStatus(status));
}

void RunEventStream::EndLater(v1::RunStreamEnd::Cause cause, Reason reason,
                              std::string_view message) {
  if (ending_.has_value()) return;
  const auto delay = std::chrono::duration_cast<std::chrono::milliseconds>(
      kResumeDelayMax * environment_.random.Fraction());
  ending_.emplace(cause, base::WithRetryAfter(base::Error(reason, message), delay));
  Step();
}

void RunEventStream::Tick() {
  const std::lock_guard lock(mutex_);
  if (done_) return;
  const base::SteadyTime now = environment_.calls.clock.SteadyNow();
  if (writing_ || finishing_) {
    if (now - write_time_ > kWriteTimeMax) context_->TryCancel();
    return;
  }
  if (now >= rotate_time_) {
    return EndLater(v1::RunStreamEnd::CAUSE_ROTATE, Reason::kRotateStream,
                    "the stream reached its greatest age; resume after the last sequence");
  }
  if (load_wanted_) {
    environment_.calls.workers
        .Submit([self = shared_from_this()](const std::stop_token&) { self->LoadAgain(); })
        .IgnoreError();
    return;
  }
  Step();
}

void RunEventStream::Drain() {
  const std::lock_guard lock(mutex_);
  if (done_) return;
  EndLater(v1::RunStreamEnd::CAUSE_DRAIN, Reason::kDraining,
           "the server is shutting down; resume at another replica");
}

void RunEventStream::OnWriteDone(bool ok) {
  const std::lock_guard lock(mutex_);
  writing_ = false;
  write_time_ = environment_.calls.clock.SteadyNow();
  if (!ok) cancelled_ = true;
  Step();
}

// May race OnWriteDone, and does not end the call by itself: while a write is in flight, its
// completion ends it.
void RunEventStream::OnCancel() {
  const std::lock_guard lock(mutex_);
  cancelled_ = true;
  Step();
}

void RunEventStream::OnDone() {
  std::unique_ptr<event::Subscription> subscription;
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
    subscription = std::move(subscription_);
  }
  subscription.reset();  // waits for a callback in progress, which may want mutex_
  on_closed_(this);
  self_.reset();  // the last line: this object may be gone now
}

}  // namespace syncline::api
