#include "model/run.h"

#include <gtest/gtest.h>

#include "base/status.h"
#include "model/run_event.h"

namespace syncline::model {
namespace {

constexpr RunState kAll[] = {RunState::kQueued, RunState::kRunning, RunState::kSucceeded,
                             RunState::kFailed, RunState::kCancelled};

TEST(RunStateTest, NamesParseBack) {
  for (const RunState state : kAll) EXPECT_EQ(*ParseRunState(RunStateName(state)), state);
  EXPECT_FALSE(ParseRunState("DONE").ok());
  EXPECT_EQ(VerdictName(Verdict::kNone), "");
  EXPECT_EQ(*ParseVerdict("LOOP"), Verdict::kLoop);
}

TEST(RunStateTest, NothingLeavesATerminalState) {
  for (const RunState from : kAll) {
    for (const RunState to : kAll) {
      if (IsTerminal(from)) {
        EXPECT_FALSE(MayFollow(from, to));
      }
    }
  }
}

TEST(RunStateTest, AQueuedRunCannotSucceedWithoutRunning) {
  EXPECT_TRUE(MayFollow(RunState::kQueued, RunState::kRunning));
  EXPECT_TRUE(MayFollow(RunState::kQueued, RunState::kCancelled));
  EXPECT_FALSE(MayFollow(RunState::kQueued, RunState::kSucceeded));
  EXPECT_TRUE(MayFollow(RunState::kRunning, RunState::kQueued));
}

TEST(RunCountersTest, SumsAndKeepsTheNewestTotal) {
  RunCounters total{.pages = 1, .records = 100, .created = 100, .total_records = 250};
  total += {.pages = 1, .records = 100, .updated = 40, .unchanged = 60, .total_records = 251};
  total += {.pages = 1, .records = 51, .rejected = 51};
  EXPECT_EQ(total, (RunCounters{.pages = 3,
                                .records = 251,
                                .created = 100,
                                .updated = 40,
                                .unchanged = 60,
                                .rejected = 51,
                                .total_records = 251}));
}

TEST(RunErrorTest, TakesReasonMessageAndMetadata) {
  const RunError error =
      MakeRunError(base::Error(base::Reason::kVendorError, "HTTP 500", {{"status", "500"}}));
  EXPECT_EQ(error, (RunError{"VENDOR_ERROR", "HTTP 500", {{"status", "500"}}}));
}

TEST(RunEventTest, KindFollowsTheAlternative) {
  EXPECT_EQ(RunEventKind(RunQueued{}), "queued");
  EXPECT_EQ(RunEventKind(PageCommitted{}), "page_committed");
  EXPECT_EQ(RunEventKind(RunEnded{}), "ended");
}

}  // namespace
}  // namespace syncline::model
