#include "http/limited_transport.h"

#include <gtest/gtest.h>

#include "base/status.h"
#include "tests/support/fake_clock.h"
#include "tests/support/scripted_transport.h"

namespace syncline::http {
namespace {

using std::chrono::seconds;

class LimitedTransportTest : public testing::Test {
 protected:
  LimitedTransport Make(const RateLimit& limit, bool paid = false) {
    store_ = std::make_unique<LocalBudgetStore>(limit, clock_);
    budget_ = std::make_shared<RateBudget>(limit, "w", *store_, clock_, random_);
    return LimitedTransport(inner_, {budget_, "list", paid}, patience_);
  }

  test::FakeClock clock_{test::FakeClock::Waits::kJump};
  base::SeededRandom random_{1};
  test::ScriptedTransport inner_{[](const Request&) { return test::JsonResponse("[]"); }};
  const Patience patience_{clock_, {}};
  std::unique_ptr<LocalBudgetStore> store_;
  std::shared_ptr<RateBudget> budget_;
  const Request request_{.url = *Url::Parse("https://vendor.example/")};
};

TEST_F(LimitedTransportTest, EveryRequestPays) {
  LimitedTransport transport = Make({.requests_per_second = 1});
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(transport.Send(request_, {}, {}).ok());
  EXPECT_EQ(clock_.SteadyNow().time_since_epoch(), seconds(3));
}

TEST_F(LimitedTransportTest, ThePaidOneGoesAtOnceAndOnlyThat) {
  LimitedTransport transport = Make({.requests_per_second = 0.1}, true);
  ASSERT_TRUE(transport.Send(request_, {}, {}).ok());
  ASSERT_TRUE(transport.Send(request_, {}, {}).ok());
  EXPECT_EQ(clock_.SteadyNow().time_since_epoch(), seconds(0));
  ASSERT_TRUE(transport.Send(request_, {}, {}).ok());
  EXPECT_EQ(clock_.SteadyNow().time_since_epoch(), seconds(10));
}

TEST_F(LimitedTransportTest, AnswersReachTheBudget) {
  LimitedTransport transport = Make({});
  Response throttled{.status = 429};
  throttled.headers.Add("Retry-After", "7");
  inner_.Enqueue(throttled);
  EXPECT_EQ(transport.Send(request_, {}, {})->status, 429);
  ASSERT_TRUE(transport.Send(request_, {}, {}).ok());
  EXPECT_EQ(clock_.SteadyNow().time_since_epoch(), seconds(7));
}

TEST_F(LimitedTransportTest, NothingIsSentWhenTheRunIsToPark) {
  LimitedTransport transport = Make({.requests_per_second = 0.001});
  ASSERT_TRUE(transport.Send(request_, {}, {}).ok());
  EXPECT_TRUE(ParkOf(transport.Send(request_, {}, {}).status()).has_value());
  EXPECT_EQ(inner_.requests().size(), 1U);
}

TEST_F(LimitedTransportTest, WithoutABudgetItOnlyPassesOn) {
  LimitedTransport transport(inner_, {}, patience_);
  EXPECT_TRUE(transport.Send(request_, {}, {}).ok());
}

}  // namespace
}  // namespace syncline::http
