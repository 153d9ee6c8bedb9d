// What the budget does while the fleet's store cannot be asked.
#include "base/status.h"
#include "http/budget_store.h"
#include "tests/http/rate_budget_fixture.h"

namespace syncline::http {
namespace {

using std::chrono::seconds;

TEST_F(RateBudgetTest, WithoutTheFleetNothingGoes) {
  RateBudget& budget = Make({.requests_per_second = 1});
  store_->failure = base::Error(base::Reason::kDatabaseUnavailable, "away");
  EXPECT_EQ(base::ReasonOf(Ask(budget)), base::Reason::kDatabaseUnavailable);
  store_->failure = absl::OkStatus();
  EXPECT_TRUE(Ask(budget).ok());
}

TEST_F(RateBudgetTest, WithoutALimitRequestsGoOnWhileTheFleetIsAway) {
  RateBudget& budget = Make({});
  store_->failure = base::Error(base::Reason::kDatabaseUnavailable, "away");
  EXPECT_TRUE(Ask(budget).ok()) << "the first one, too";
  EXPECT_TRUE(Ask(budget).ok());
  EXPECT_EQ(store_->takes, 1) << "asked again a second later";
  clock_.Advance(RateBudget::kShareLife);
  EXPECT_TRUE(Ask(budget).ok());
  EXPECT_EQ(store_->takes, 2);
  store_->failure = absl::OkStatus();
  ASSERT_TRUE(store_->Block(seconds(20)).ok());
  clock_.Advance(RateBudget::kShareLife);
  const double before = Elapsed();
  EXPECT_TRUE(Ask(budget).ok());
  EXPECT_NEAR(Elapsed() - before, 19.0, 0.01) << "it hears again what others were told";
}

TEST_F(RateBudgetTest, WhatTheVendorSaidStaysGoodWhileTheFleetIsAway) {
  RateBudget& budget = Make({});
  ASSERT_TRUE(Ask(budget).ok());
  budget.Observe(Throttled("20"));
  store_->failure = base::Error(base::Reason::kDatabaseUnavailable, "away");
  clock_.Advance(RateBudget::kShareLife);
  EXPECT_TRUE(Ask(budget).ok());
  EXPECT_EQ(Elapsed(), 20.0);
}

struct AwayCase {
  const char* name;
  RateLimit limit;
  bool paid;
  base::Reason reason;
  bool goes;
};

// A share is known, and over.
TEST_F(RateBudgetTest, WhatIsToBeTakenIsNotTakenWhileTheFleetIsAway) {
  const base::Reason away = base::Reason::kDatabaseUnavailable;
  const AwayCase cases[] = {
      {"NothingIsTaken", {}, false, away, true},
      {"AnyErrorOfAStore", {}, false, base::Reason::kInternal, true},
      {"TheCredentialIsGone", {}, false, base::Reason::kNotFound, false},
      {"ASlot", {.requests_per_second = 0.5}, false, away, false},
      {"ASlotThatIsPaid", {.requests_per_second = 0.5}, true, away, true},
      {"APaidOneOfACredentialThatIsGone",
       {.requests_per_second = 0.5},
       true,
       base::Reason::kNotFound,
       false},
      {"APlace", {.concurrent_request_count = 3}, false, away, false},
  };
  for (const AwayCase& test : cases) {
    CountingStore store(test.limit, clock_);
    RateBudget budget(test.limit, "w", store, clock_, random_);
    ASSERT_TRUE(Ask(budget).ok()) << test.name;
    store.failure = base::Error(test.reason, "away");
    clock_.Advance(2 * RateBudget::kShareLife);
    const absl::Status status = Ask(budget, test.paid);
    EXPECT_EQ(store.takes, 2) << test.name;
    EXPECT_EQ(status.ok(), test.goes) << test.name;
    if (!status.ok()) {
      EXPECT_EQ(base::ReasonOf(status), test.reason) << test.name;
    }
  }
}

}  // namespace
}  // namespace syncline::http
