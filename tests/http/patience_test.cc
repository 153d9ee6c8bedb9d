#include "http/patience.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/status.h"
#include "tests/support/fake_clock.h"

namespace syncline::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class PatienceTest : public testing::Test {
 protected:
  static Wait WaitOf(milliseconds delay) {
    return {base::Reason::kVendorThrottled, "The vendor asks to slow down.", delay, 3};
  }
  test::FakeClock clock_{test::FakeClock::Waits::kJump};
  std::vector<Wait> shown_;
  const Patience patience_{clock_, [this](const Wait& wait) { shown_.push_back(wait); }};
};

TEST_F(PatienceTest, ShortPausesAreSatOutAndTold) {
  const base::SteadyTime begin = clock_.SteadyNow();
  EXPECT_TRUE(patience_.Sit(WaitOf(Patience::kSitMax), {}).ok());
  EXPECT_EQ(clock_.SteadyNow() - begin, Patience::kSitMax);
  EXPECT_EQ(shown_.size(), 1U);
}

TEST_F(PatienceTest, LongOnesParkAndSayHow) {
  const absl::Status status = patience_.Sit(WaitOf(Patience::kSitMax + milliseconds(1)), {});
  const auto park = ParkOf(status);
  ASSERT_TRUE(park.has_value());
  EXPECT_EQ(park->wait.reason, base::Reason::kVendorThrottled);
  EXPECT_EQ(park->wait.message, "The vendor asks to slow down.");
  EXPECT_EQ(park->wait.delay, Patience::kSitMax + milliseconds(1));
  EXPECT_EQ(park->due, clock_.SteadyNow() + park->wait.delay);
  EXPECT_EQ(park->wait.next_attempt, 3);
  EXPECT_FALSE(park->paid);
  EXPECT_TRUE(shown_.empty());
  EXPECT_TRUE(ParkOf(patience_.Sit(WaitOf(Patience::kWaitMax), {})).has_value());
}

TEST_F(PatienceTest, EndlessOnesAreErrors) {
  const absl::Status status = patience_.Sit(WaitOf(Patience::kWaitMax + milliseconds(1)), {});
  EXPECT_EQ(base::ReasonOf(status), base::Reason::kVendorThrottled);
  EXPECT_EQ(base::RetryAfterOf(status), Patience::kWaitMax + milliseconds(1));
  EXPECT_FALSE(ParkOf(status).has_value());
}

TEST_F(PatienceTest, InTheMidstOfAPageMoreIsSatOut) {
  Patience patience(clock_, {});
  patience.HoldAnswer();
  EXPECT_TRUE(patience.Sit(WaitOf(Patience::kSitMaxInPage), {}).ok());
  EXPECT_TRUE(
      ParkOf(patience.Sit(WaitOf(Patience::kSitMaxInPage + milliseconds(1)), {})).has_value());
  patience.EndPage();
  EXPECT_TRUE(ParkOf(patience.Sit(WaitOf(Patience::kSitMaxInPage), {})).has_value());
}

TEST_F(PatienceTest, AStopEndsThePause) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(base::ReasonOf(patience_.Sit(WaitOf(seconds(1)), stop.get_token())),
            base::Reason::kCancelled);
}

TEST(Park, OtherErrorsAreNone) {
  EXPECT_FALSE(ParkOf(absl::OkStatus()).has_value());
  EXPECT_FALSE(
      ParkOf(base::WithRetryAfter(base::Error(base::Reason::kVendorThrottled, "no"), seconds(1)))
          .has_value());
  const auto paid = ParkOf(ParkStatus({.paid = true}));
  ASSERT_TRUE(paid.has_value());
  EXPECT_TRUE(paid->paid);
}

}  // namespace
}  // namespace syncline::http
