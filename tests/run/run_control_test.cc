#include "run/run_control.h"

#include <gtest/gtest.h>

namespace syncline::run {
namespace {

TEST(RunControlTest, AFenceEndsEverythingUntilTheEndIsWritten) {
  RunControl lost;
  lost.Stop(StopCause::kLost);
  EXPECT_TRUE(lost.stop_token().stop_requested());
  EXPECT_TRUE(lost.abandon_token().stop_requested());

  RunControl settled;
  settled.Settle();
  settled.Stop(StopCause::kLost);
  EXPECT_TRUE(settled.stop_token().stop_requested());
  EXPECT_FALSE(settled.abandon_token().stop_requested()) << "it looks fenced because it has ended";
  settled.Abandon();
  EXPECT_TRUE(settled.abandon_token().stop_requested());
}

TEST(RunControlTest, TheFirstCauseCountsExceptForAFence) {
  RunControl control;
  control.Stop(StopCause::kCancelled);
  control.Stop(StopCause::kDraining);
  EXPECT_EQ(control.cause(), StopCause::kCancelled);
  EXPECT_FALSE(control.abandon_token().stop_requested());
  control.Stop(StopCause::kLost);
  EXPECT_EQ(control.cause(), StopCause::kLost);
}

}  // namespace
}  // namespace syncline::run
