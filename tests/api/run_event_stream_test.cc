#include "api/run_event_stream.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <future>

#include "api/page_token.h"
#include "api/run_event_streams.h"
#include "api/server.h"
#include "api/services.h"
#include "api/status_details.h"
#include "base/status.h"
#include "syncline/v1/run_service.grpc.pb.h"
#include "tests/api/scripted_feed.h"
#include "tests/support/fake_clock.h"

namespace syncline::api {
namespace {

using base::Reason;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kRun =
    "workspaces/default/integrations/i/runs/01900000-0000-7000-8000-000000000001";

// Serves WatchRun alone, from a run and a feed that the test holds in its hands.
class WatchOnlyService final : public v1::RunService::CallbackService {
 public:
  explicit WatchOnlyService(RunEventStreams& streams) : streams_(streams) {}
  grpc::ServerWriteReactor<v1::WatchRunResponse>* WatchRun(
      grpc::CallbackServerContext* context, const v1::WatchRunRequest* request) override {
    return streams_.Open(context, *request);
  }

 private:
  RunEventStreams& streams_;
};

class RunEventStreamTest : public ::testing::Test {
 protected:
  // gRPC ends its threads with its last object, which may take one of them 10 s; a channel that is
  // never used keeps them.
  static void SetUpTestSuite() {
    static const std::shared_ptr<grpc::Channel>& kept = *new std::shared_ptr<grpc::Channel>(
        grpc::CreateChannel("unix:unused", grpc::InsecureChannelCredentials()));
    EXPECT_NE(kept, nullptr);
  }
  RunEventStreamTest() {
    run_.run.set_name(kRun);
    run_.run.set_state(v1::Run::STATE_RUNNING);
    run_.earliest_sequence = 1;
    EXPECT_TRUE(streams_.Start().ok());
    services_.push_back(std::make_unique<WatchOnlyService>(streams_));
    auto server = Server::Make({.listen_address = "127.0.0.1:0"}, services_);
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    stub_ = v1::RunService::NewStub(grpc::CreateChannel(
        "127.0.0.1:" + std::to_string(server_->port()), grpc::InsecureChannelCredentials()));
  }
  ~RunEventStreamTest() override {
    server_->Shutdown(seconds(5));
    streams_.Stop();
    EXPECT_EQ(streams_.count(), 0u);
    feed_.AwaitSubscriptions(0);
    workers_.Stop();
  }

  void SetRun(v1::Run::State state, std::int64_t latest, std::int64_t earliest = 1) {
    const std::lock_guard lock(mutex_);
    run_.run.set_state(state);
    run_.run.set_latest_sequence(latest);
    run_.earliest_sequence = earliest;
  }
  // Publishes events 1 to `count` that are pages.
  void PublishPages(int count) {
    for (int i = 0; i < count; ++i) feed_.Publish(model::PageCommitted{.page_number = i + 1});
  }
  // Time passes only while the timer sleeps, so that each step has its tick.
  void Advance(std::chrono::nanoseconds duration) {
    clock_.AwaitWaiters(1);
    clock_.Advance(duration);
    clock_.AwaitWaiters(1);
  }

  struct Watch {
    Watch(v1::RunService::Stub& stub, std::int64_t after, const char* name) {
      v1::WatchRunRequest request;
      request.set_name(name);
      request.set_after_sequence(after);
      reader = stub.WatchRun(&context, request);
    }
    // The next message; an empty one at the end of the stream.
    v1::WatchRunResponse Next() {
      v1::WatchRunResponse message;
      if (!reader->Read(&message)) message.Clear();
      return message;
    }
    absl::Status End() { return FromGrpcStatus(reader->Finish()); }
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReader<v1::WatchRunResponse>> reader;
  };
  Watch Open(std::int64_t after, const char* name = kRun) { return Watch(*stub_, after, name); }

  test::FakeClock clock_;
  base::SeededRandom random_{1};
  const std::unique_ptr<base::Logger> logger_ = base::MakeNullLogger();
  base::WorkerPool workers_{2, 1'000};
  const CallEnvironment calls_{workers_, workers_, *logger_, clock_};
  ScriptedFeed feed_;
  std::mutex mutex_;
  RunView run_;
  RunEventStreams streams_{
      {calls_, feed_, random_, [this](const model::RunName&) -> absl::StatusOr<RunView> {
         const std::lock_guard lock(mutex_);
         return run_;
       }}};
  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<v1::RunService::Stub> stub_;
};

TEST_F(RunEventStreamTest, SnapshotThenHistoryThenLiveThenEnd) {
  PublishPages(40);
  SetRun(v1::Run::STATE_RUNNING, 40);
  Watch watch = Open(0);
  const v1::WatchRunResponse snapshot = watch.Next();
  EXPECT_EQ(snapshot.snapshot().run().name(), kRun);
  EXPECT_FALSE(snapshot.snapshot().compacted());
  for (int sequence = 1; sequence <= 40; ++sequence) {
    EXPECT_EQ(watch.Next().event().sequence(), sequence);
  }
  feed_.Publish(model::PageCommitted{.page_number = 41});
  EXPECT_EQ(watch.Next().event().page_committed().page_number(), 41);
  feed_.Publish(
      model::RunEnded{.state = model::RunState::kSucceeded, .verdict = model::Verdict::kComplete});
  const v1::WatchRunResponse ended = watch.Next();
  EXPECT_EQ(ended.event().ended().state(), v1::Run::STATE_SUCCEEDED);
  EXPECT_EQ(ended.event().ended().verdict(), v1::Run::VERDICT_COMPLETE);
  const v1::WatchRunResponse end = watch.Next();
  EXPECT_EQ(end.end().cause(), v1::RunStreamEnd::CAUSE_RUN_ENDED);
  EXPECT_EQ(end.end().sequence(), 42);
  EXPECT_TRUE(watch.End().ok());
}

TEST_F(RunEventStreamTest, ResumesAfterTheSequenceGiven) {
  PublishPages(5);
  SetRun(v1::Run::STATE_RUNNING, 5);
  Watch watch = Open(3);
  EXPECT_TRUE(watch.Next().has_snapshot());
  EXPECT_EQ(watch.Next().event().sequence(), 4);
  EXPECT_EQ(watch.Next().event().sequence(), 5);
  watch.context.TryCancel();
  EXPECT_EQ(watch.Next().kind_case(), v1::WatchRunResponse::KIND_NOT_SET);
}

TEST_F(RunEventStreamTest, AFinishedRunThatWasSeenToItsEndAnswersAtOnce) {
  PublishPages(2);
  feed_.Publish(model::RunEnded{});
  SetRun(v1::Run::STATE_FAILED, 3);
  Watch watch = Open(3);
  EXPECT_TRUE(watch.Next().has_snapshot());
  EXPECT_EQ(watch.Next().end().cause(), v1::RunStreamEnd::CAUSE_RUN_ENDED);
  EXPECT_TRUE(watch.End().ok());
}

TEST_F(RunEventStreamTest, PositionsBeyondTheLogAndWrongRequestsAreRefused) {
  SetRun(v1::Run::STATE_RUNNING, 5);
  Watch beyond = Open(6);
  EXPECT_EQ(beyond.Next().kind_case(), v1::WatchRunResponse::KIND_NOT_SET);
  const absl::Status status = beyond.End();
  EXPECT_EQ(base::ReasonOf(status), Reason::kSequenceOutOfRange);
  EXPECT_EQ(base::MetadataOf(status).at("latest_sequence"), "5");

  Watch wrong = Open(-1, "runs/1");
  wrong.Next();
  const auto violations = base::FieldViolationsOf(wrong.End());
  ASSERT_EQ(violations.size(), 2u);
  EXPECT_EQ(violations[0].field, "name");
  EXPECT_EQ(violations[1].field, "afterSequence");
}

TEST_F(RunEventStreamTest, CompactedHistoryIsSaidOnce) {
  PublishPages(10);
  SetRun(v1::Run::STATE_RUNNING, 10, /*earliest=*/8);
  Watch watch = Open(2);
  const v1::WatchRunResponse first = watch.Next();
  EXPECT_TRUE(first.snapshot().compacted());
  EXPECT_EQ(first.snapshot().earliest_sequence(), 8);
  EXPECT_EQ(watch.Next().event().sequence(), 8);
  watch.context.TryCancel();
}

TEST_F(RunEventStreamTest, AReaderThatWasMovedOnGetsAFreshSnapshotFirst) {
  PublishPages(10);
  SetRun(v1::Run::STATE_RUNNING, 10);
  feed_.Skip(7);
  Watch watch = Open(0);
  EXPECT_EQ(watch.Next().snapshot().skipped_to(), 0);
  EXPECT_EQ(watch.Next().snapshot().skipped_to(), 7);
  EXPECT_EQ(watch.Next().event().sequence(), 8);
  watch.context.TryCancel();
}

TEST_F(RunEventStreamTest, BookmarksInSilenceNameWhatWasSent) {
  PublishPages(3);
  SetRun(v1::Run::STATE_RUNNING, 3);
  Watch watch = Open(1);
  EXPECT_TRUE(watch.Next().has_snapshot());
  EXPECT_EQ(watch.Next().event().sequence(), 2);
  EXPECT_EQ(watch.Next().event().sequence(), 3);
  feed_.AwaitUpToDate();
  Advance(RunEventStream::kBookmarkAfter);
  EXPECT_EQ(watch.Next().bookmark().sequence(), 3);
  watch.context.TryCancel();
}

TEST_F(RunEventStreamTest, RotatesAtItsGreatestAge) {
  SetRun(v1::Run::STATE_RUNNING, 0);
  Watch watch = Open(0);
  EXPECT_TRUE(watch.Next().has_snapshot());
  v1::WatchRunResponse last;
  do {  // time may pass just before the stream looks whether a bookmark is due
    feed_.AwaitUpToDate();
    Advance(minutes(37));
    last = watch.Next();
  } while (last.has_bookmark());
  EXPECT_EQ(last.end().cause(), v1::RunStreamEnd::CAUSE_ROTATE);
  const absl::Status status = watch.End();
  EXPECT_EQ(base::ReasonOf(status), Reason::kRotateStream);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(base::RetryAfterOf(status).has_value());
}

TEST_F(RunEventStreamTest, DrainEndsOpenAndLaterStreams) {
  SetRun(v1::Run::STATE_RUNNING, 0);
  Watch open = Open(0);
  EXPECT_TRUE(open.Next().has_snapshot());
  streams_.Drain();
  EXPECT_EQ(open.Next().end().cause(), v1::RunStreamEnd::CAUSE_DRAIN);
  EXPECT_EQ(base::ReasonOf(open.End()), Reason::kDraining);
  Watch later = Open(0);
  v1::WatchRunResponse last = later.Next();
  if (last.has_snapshot()) last = later.Next();  // it may be quicker than the end
  EXPECT_EQ(last.end().cause(), v1::RunStreamEnd::CAUSE_DRAIN);
  EXPECT_EQ(base::ReasonOf(later.End()), Reason::kDraining);
}

TEST_F(RunEventStreamTest, ARefusalOfTheFeedEndsTheStream) {
  feed_.Refuse(base::WithRetryAfter(base::Error(Reason::kQuotaExceeded, "full"), seconds(1)));
  Watch watch = Open(0);
  while (watch.Next().kind_case() != v1::WatchRunResponse::KIND_NOT_SET) continue;
  EXPECT_EQ(base::ReasonOf(watch.End()), Reason::kQuotaExceeded);
}

// A client that answers pings and takes no message until it goes away.
class IdleReader final : public grpc::ClientReadReactor<v1::WatchRunResponse> {
 public:
  explicit IdleReader(v1::RunService::Stub& stub) {
    request_.set_name(kRun);
    stub.async()->WatchRun(&context_, &request_, this);
    AddHold();  // reads begin outside of a reaction
    StartCall();
  }
  ~IdleReader() override {
    StartRead(&message_);
    RemoveHold();
    end_.get_future().wait();
  }

 private:
  void OnReadDone(bool ok) override {
    if (ok) StartRead(&message_);
  }
  void OnDone(const grpc::Status&) override { end_.set_value(); }

  grpc::ClientContext context_;
  v1::WatchRunRequest request_;
  v1::WatchRunResponse message_;
  std::promise<void> end_;
};

TEST_F(RunEventStreamTest, AReaderThatTakesNothingIsGivenUp) {
  // More than the buffers of both ends hold: the last write stays in flight.
  const std::string long_message(std::size_t{64} << 10, 'x');
  for (int i = 0; i < 1'000; ++i) {
    feed_.Publish(model::RunWaiting{.wait = {.reason = "VENDOR_ERROR", .message = long_message}});
  }
  SetRun(v1::Run::STATE_RUNNING, 1'000);
  IdleReader reader(*stub_);
  feed_.AwaitSubscriptions(1);
  // Only the watchdog ends it: at its greatest age the stream would have one more message to write.
  while (feed_.subscriptions() > 0) Advance(RunEventStream::kWriteTimeMax + seconds(1));
}

TEST_F(RunEventStreamTest, ReadersThatGoAwayLeaveNothingBehind) {
  PublishPages(200);
  SetRun(v1::Run::STATE_RUNNING, 200);
  for (int i = 0; i < 20; ++i) {
    Watch watch = Open(0);
    for (int read = 0; read < i; ++read) watch.Next();
    watch.context.TryCancel();
  }
  feed_.AwaitSubscriptions(0);
}

}  // namespace
}  // namespace syncline::api
