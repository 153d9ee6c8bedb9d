#include "run/verdict.h"

#include <gtest/gtest.h>

#include "base/status.h"
#include "http/patience.h"

namespace syncline::run {
namespace {

using base::Reason;
using Kind = Conclusion::Kind;

struct VerdictCase {
  const char* name;
  StopCause cause;
  Reason reason;
  Kind kind;
  model::RunState state = model::RunState::kFailed;
  model::Verdict verdict = model::Verdict::kFailed;
  const char* error = "";
};
class VerdictTest : public testing::TestWithParam<VerdictCase> {};

TEST_P(VerdictTest, Concludes) {
  const VerdictCase& c = GetParam();
  const Conclusion conclusion = Conclude(c.cause, base::Error(c.reason, "text"));
  ASSERT_EQ(conclusion.kind, c.kind);
  if (c.kind == Kind::kRelease) {
    EXPECT_EQ(base::ReasonName(conclusion.release_reason), c.error);
  }
  if (c.kind != Kind::kFinish) return;
  EXPECT_EQ(conclusion.ending.state, c.state);
  EXPECT_EQ(conclusion.ending.verdict, c.verdict);
  EXPECT_EQ(conclusion.ending.error.reason, c.error);
}

constexpr auto kCancelled = model::RunState::kCancelled;
constexpr auto kFailed = model::RunState::kFailed;
INSTANTIATE_TEST_SUITE_P(
    Table, VerdictTest,
    testing::Values(
        VerdictCase{"Loop", StopCause::kNone, Reason::kPaginationLoop, Kind::kFinish, kFailed,
                    model::Verdict::kLoop, "PAGINATION_LOOP"},
        VerdictCase{"Partitions", StopCause::kNone, Reason::kPartitionLimitReached, Kind::kFinish,
                    kFailed, model::Verdict::kCapped, "PARTITION_LIMIT_REACHED"},
        VerdictCase{"Pages", StopCause::kNone, Reason::kPageLimitReached, Kind::kFinish, kFailed,
                    model::Verdict::kCapped, "PAGE_LIMIT_REACHED"},
        VerdictCase{"Rejects", StopCause::kNone, Reason::kRejectLimitReached, Kind::kFinish,
                    kFailed, model::Verdict::kCapped, "REJECT_LIMIT_REACHED"},
        VerdictCase{"Vendor", StopCause::kNone, Reason::kVendorError, Kind::kFinish, kFailed,
                    model::Verdict::kFailed, "VENDOR_ERROR"},
        VerdictCase{"CancelByCommit", StopCause::kNone, Reason::kCancelled, Kind::kFinish,
                    kCancelled, model::Verdict::kCancelled, ""},
        VerdictCase{"CancelByCaller", StopCause::kCancelled, Reason::kCancelled, Kind::kFinish,
                    kCancelled, model::Verdict::kCancelled, ""},
        VerdictCase{"CancelWins", StopCause::kCancelled, Reason::kVendorError, Kind::kFinish,
                    kCancelled, model::Verdict::kCancelled, ""},
        VerdictCase{"TooLong", StopCause::kTooLong, Reason::kCancelled, Kind::kFinish, kFailed,
                    model::Verdict::kCapped, "RUN_TOO_LONG"},
        VerdictCase{"Drain", StopCause::kDraining, Reason::kCancelled, Kind::kRelease, kFailed,
                    model::Verdict::kFailed, "DRAINING"},
        VerdictCase{"DrainAfterAnError", StopCause::kDraining, Reason::kVendorError, Kind::kFinish,
                    kFailed, model::Verdict::kFailed, "VENDOR_ERROR"},
        VerdictCase{"DatabaseAway", StopCause::kNone, Reason::kDatabaseUnavailable, Kind::kRelease,
                    kFailed, model::Verdict::kFailed, "DATABASE_UNAVAILABLE"},
        VerdictCase{"DiskFull", StopCause::kNone, Reason::kStorageFull, Kind::kRelease, kFailed,
                    model::Verdict::kFailed, "STORAGE_FULL"},
        VerdictCase{"KeyAway", StopCause::kNone, Reason::kKeyUnavailable, Kind::kRelease, kFailed,
                    model::Verdict::kFailed, "KEY_UNAVAILABLE"},
        VerdictCase{"SecretAway", StopCause::kNone, Reason::kSecretUnavailable, Kind::kFinish,
                    kFailed, model::Verdict::kFailed, "SECRET_UNAVAILABLE"},
        VerdictCase{"Fenced", StopCause::kNone, Reason::kRunFenced, Kind::kRelease, kFailed,
                    model::Verdict::kFailed, "RUN_FENCED"},
        VerdictCase{"Lost", StopCause::kLost, Reason::kCancelled, Kind::kLeave},
        VerdictCase{"LostAfterAnError", StopCause::kLost, Reason::kVendorError, Kind::kLeave}),
    [](const auto& param_info) { return param_info.param.name; });

TEST(ConcludeTest, AParkWaitsForItsTimeUnlessTheRunEnds) {
  const absl::Status park =
      http::ParkStatus({.wait = {Reason::kVendorThrottled, "later", std::chrono::hours(1), 4},
                        .due = base::SteadyTime(std::chrono::hours(7)),
                        .paid = true});
  for (const StopCause cause : {StopCause::kNone, StopCause::kDraining}) {
    const Conclusion conclusion = Conclude(cause, park);
    ASSERT_EQ(conclusion.kind, Kind::kPark);
    EXPECT_EQ(conclusion.parking.wait.reason, "VENDOR_THROTTLED");
    EXPECT_EQ(conclusion.parking.wait.message, "later");
    EXPECT_EQ(conclusion.parking.delay, std::chrono::hours(1));
    EXPECT_EQ(conclusion.due, base::SteadyTime(std::chrono::hours(7)));
    EXPECT_EQ(conclusion.parking.request_attempt, 4);
    EXPECT_TRUE(conclusion.parking.paid);
  }
  EXPECT_EQ(Conclude(StopCause::kCancelled, park).ending.state, kCancelled);
  EXPECT_EQ(Conclude(StopCause::kTooLong, park).ending.error.reason, "RUN_TOO_LONG");
  EXPECT_EQ(Conclude(StopCause::kLost, park).kind, Kind::kLeave);
}

TEST(RunControlTest, TheFirstCauseCountsExceptLost) {
  RunControl control;
  EXPECT_FALSE(control.stop_token().stop_requested());
  control.Stop(StopCause::kCancelled);
  control.Stop(StopCause::kDraining);
  EXPECT_EQ(control.cause(), StopCause::kCancelled);
  EXPECT_TRUE(control.stop_token().stop_requested());
  EXPECT_FALSE(control.abandon_token().stop_requested());
  control.Stop(StopCause::kLost);
  EXPECT_EQ(control.cause(), StopCause::kLost);
  EXPECT_TRUE(control.abandon_token().stop_requested());
}

}  // namespace
}  // namespace syncline::run
