#include "cli/run_watcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/status.h"
#include "tests/cli/fake_server.h"
#include "tests/support/fake_clock.h"

namespace syncline::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kRun = "workspaces/default/integrations/users/runs/7";

v1::WatchRunResponse Page(std::int64_t sequence) {
  v1::WatchRunResponse answer;
  answer.mutable_event()->set_sequence(sequence);
  answer.mutable_event()->mutable_page_committed()->mutable_total()->set_pages(sequence);
  return answer;
}

v1::WatchRunResponse Ended(std::int64_t sequence, v1::Run::State state) {
  v1::WatchRunResponse answer;
  answer.mutable_event()->set_sequence(sequence);
  answer.mutable_event()->mutable_ended()->set_state(state);
  return answer;
}

v1::WatchRunResponse End(v1::RunStreamEnd::Cause cause) {
  v1::WatchRunResponse answer;
  answer.mutable_end()->set_cause(cause);
  return answer;
}

class RunWatcherTest : public ::testing::Test {
 protected:
  test::FakeServer server_;
  test::FakeClock clock_{test::FakeClock::Waits::kJump};
  std::ostringstream out_;
  std::ostringstream err_;
  Session session_{server_, clock_, out_, err_};
};

TEST_F(RunWatcherTest, ResumesAfterTheLastSequence) {
  server_.streams.push_back({{Page(1), Page(2)}, absl::UnavailableError("reset")});
  server_.streams.push_back({{}, absl::UnavailableError("refused")});
  server_.streams.push_back({{Page(3), End(v1::RunStreamEnd::CAUSE_ROTATE)},
                             base::Error(base::Reason::kRotateStream, "rotate")});
  server_.streams.push_back(
      {{Ended(4, v1::Run::STATE_SUCCEEDED), End(v1::RunStreamEnd::CAUSE_RUN_ENDED)},
       absl::OkStatus()});
  const auto code = WatchRun(session_, kRun);
  ASSERT_TRUE(code.ok());
  EXPECT_EQ(*code, ExitCode::kOk);
  EXPECT_THAT(server_.resumed_after, ElementsAre(0, 2, 2, 3));
  EXPECT_THAT(out_.str(), HasSubstr("connection lost"));
}

TEST_F(RunWatcherTest, GivesUpOnAServerThatStaysAway) {
  const auto code = WatchRun(session_, kRun);
  EXPECT_EQ(ExitCodeOf(code.status()), ExitCode::kUnreachable);
  EXPECT_EQ(server_.resumed_after.size(), static_cast<std::size_t>(attempt_count_max));
  EXPECT_GT(clock_.SteadyNow().time_since_epoch(), std::chrono::seconds(20));
}

TEST_F(RunWatcherTest, DoesNotRetryWhatCannotSucceed) {
  server_.streams.push_back({{}, base::Error(base::Reason::kNotFound, "no such run")});
  EXPECT_EQ(ExitCodeOf(WatchRun(session_, kRun).status()), ExitCode::kNotFound);
  EXPECT_EQ(server_.resumed_after.size(), 1u);
}

TEST_F(RunWatcherTest, CtrlCLeavesTheRunAlone) {
  int questions = 0;
  session_.interrupted = [&questions] { return ++questions > 2; };
  server_.streams.push_back({{Page(1), Page(2), Page(3)}, absl::OkStatus()});
  const auto code = WatchRun(session_, kRun);
  ASSERT_TRUE(code.ok());
  EXPECT_EQ(*code, ExitCode::kInterrupted);
  EXPECT_THAT(err_.str(), HasSubstr(std::string("syncline cancel ") + kRun));
  EXPECT_TRUE(server_.calls.empty());
}

struct EndCase {
  v1::Run::State state;
  ExitCode code;
};

TEST_F(RunWatcherTest, TheEndBecomesTheExitCode) {
  for (const EndCase& end : {EndCase{v1::Run::STATE_SUCCEEDED, ExitCode::kOk},
                             EndCase{v1::Run::STATE_FAILED, ExitCode::kRunFailed},
                             EndCase{v1::Run::STATE_CANCELLED, ExitCode::kRunCancelled}}) {
    server_.streams.push_back({{Ended(1, end.state)}, absl::OkStatus()});
    const auto code = WatchRun(session_, kRun);
    ASSERT_TRUE(code.ok());
    EXPECT_EQ(*code, end.code);
  }
}

TEST_F(RunWatcherTest, JsonIsAloneOnStandardOutput) {
  session_.format = OutputFormat::kJson;
  server_.streams.push_back({{Page(1), Ended(2, v1::Run::STATE_SUCCEEDED)}, absl::OkStatus()});
  ASSERT_TRUE(WatchRun(session_, kRun).ok());
  EXPECT_EQ(out_.str().front(), '{');
  EXPECT_THAT(out_.str(), HasSubstr("STATE_SUCCEEDED"));
  EXPECT_THAT(err_.str(), HasSubstr("users/7"));
}

}  // namespace
}  // namespace syncline::cli
