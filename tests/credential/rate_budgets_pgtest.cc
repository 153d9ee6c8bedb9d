#include <fmt/format.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "base/status.h"
#include "credential/postgres_budget_store.h"
#include "credential/rate_budgets.h"
#include "store/credential_store.h"
#include "store/rate_budget_store.h"
#include "store/sql.h"
#include "tests/support/migrated_database.h"

namespace syncline::credential {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kFirstWorker = "01900000-0000-7000-8000-00000000aaaa";
constexpr const char* kSecondWorker = "01900000-0000-7000-8000-00000000bbbb";
const model::CredentialName kVendor{"default", "vendor"};

class RateBudgetsTest : public test::MigratedDatabaseTest {
 protected:
  void SetUp() override {
    test::MigratedDatabaseTest::SetUp();
    if (IsSkipped()) return;
    v1::Credential credential;
    credential.add_allowed_hosts("vendor.example");
    const absl::Status status = database().RunTransaction([&](store::Transaction& transaction) {
      return store::InsertCredential(transaction, kVendor, credential).status();
    });
    ASSERT_TRUE(status.ok()) << status;
    for (const char* worker : {kFirstWorker, kSecondWorker}) {
      const auto row = database().Execute(
          store::sql::kWorkerRegister,
          store::Parameters().Uuid(worker).Text("here").Int64(1).Text("test").Int64(3'600'000));
      ASSERT_TRUE(row.ok()) << row.status();
    }
  }
  PostgresBudgetStore Store(const http::RateLimit& limit, const char* worker = kFirstWorker) {
    return {database(), kVendor, limit, worker};
  }
  http::BudgetShare Take(PostgresBudgetStore store, const http::BudgetDemand& demand) {
    auto share = store.Take(demand);
    EXPECT_TRUE(share.ok()) << share.status();
    return share.value_or(http::BudgetShare());
  }
  void KillWorker(const char* worker) {
    migrated_->Query(fmt::format(
        "UPDATE syncline.worker SET expire_time = clock_timestamp() WHERE worker_id = '{}'",
        worker));
  }
};

TEST_F(RateBudgetsTest, SlotsAreHandedOutOverAllWorkers) {
  const http::RateLimit limit{.requests_per_second = 2};
  const auto first = Take(Store(limit), {.slots = 2});
  const auto second = Take(Store(limit, kSecondWorker), {.slots = 2});
  EXPECT_EQ(first.interval, milliseconds(500));
  EXPECT_LE(first.first, microseconds(0));
  EXPECT_GT(second.first, milliseconds(500));
  EXPECT_LE(second.first, milliseconds(1'000));
}

TEST_F(RateBudgetsTest, ManyAtOnceNeverTakeTheSameSlot) {
  const http::RateLimit limit{.requests_per_second = 100};
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      PostgresBudgetStore store = Store(limit);
      for (int i = 0; i < 25; ++i) {
        const auto share = store.Take({.slots = 1});
        ASSERT_TRUE(share.ok()) << share.status();
      }
    });
  }
  threads.clear();
  // A hundred slots of 10 ms were taken one behind the other.
  const auto next = Take(Store(limit), {.slots = 1});
  EXPECT_GT(next.first, milliseconds(0));
  EXPECT_LE(next.first, seconds(1));
}

TEST_F(RateBudgetsTest, AVendorsBlockReachesEveryWorker) {
  ASSERT_TRUE(Store({}).Block(seconds(60)).ok());
  ASSERT_TRUE(Store({}).Block(seconds(1)).ok()) << "the longer one stays";
  const auto share = Take(Store({}, kSecondWorker), {});
  EXPECT_GT(share.blocked, seconds(50));
  EXPECT_LE(share.blocked, seconds(60));
}

TEST_F(RateBudgetsTest, AnotherLimitBeginsAnew) {
  Take(Store({.requests_per_second = 0.001}), {.slots = 1});
  EXPECT_GT(Take(Store({.requests_per_second = 0.001}), {.slots = 1}).first, seconds(900));
  EXPECT_LE(Take(Store({.requests_per_second = 5}), {.slots = 1}).first, microseconds(0));
}

TEST_F(RateBudgetsTest, PlacesOfADeadWorkerAreFree) {
  const http::RateLimit limit{.concurrent_request_count = 3};
  EXPECT_EQ(Take(Store(limit), {.holder = "a", .slots = 0, .wanted = 9, .in_flight = 3}).places, 3);
  const http::BudgetDemand other{.holder = "b", .slots = 0, .wanted = 9};
  EXPECT_EQ(Take(Store(limit, kSecondWorker), other).places, 0);
  KillWorker(kFirstWorker);
  EXPECT_EQ(Take(Store(limit, kSecondWorker), other).places, 3);
  Take(Store(limit, kSecondWorker), {.holder = "b", .slots = 0, .wanted = 0});
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.rate_holder"), "0");
}

TEST_F(RateBudgetsTest, GoesWithItsCredential) {
  Take(Store({.concurrent_request_count = 3}), {.holder = "a", .wanted = 1});
  migrated_->Query("DELETE FROM syncline.credential");
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.rate_budget"), "0");
  EXPECT_EQ(base::ReasonOf(Store({}).Take({}).status()), base::Reason::kNotFound);
}

TEST_F(RateBudgetsTest, RunsOfAWorkerShareOneBudgetAndItEndsWithThem) {
  RateBudgets budgets(database(), migrated_->clock(), migrated_->random(), kFirstWorker);
  const http::RateLimit limit{.requests_per_second = 1'000, .concurrent_request_count = 2};
  auto first = budgets.Of(kVendor, limit);
  EXPECT_EQ(first, budgets.Of(kVendor, limit));
  EXPECT_NE(first, budgets.Of(kVendor, {})) << "another limit";
  EXPECT_NE(budgets.Unshared(), budgets.Unshared());
  const http::Patience patience(migrated_->clock(), {});
  ASSERT_TRUE(first->Acquire("list", false, patience, {}).ok());
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.rate_holder"), "1");
  first.reset();
  budgets.Tick();
  EXPECT_EQ(budgets.count(), 1) << "it has a place of the fleet's yet";
  const base::SteadyTime deadline = migrated_->clock().SteadyNow() + seconds(30);
  while (budgets.count() > 0 && migrated_->clock().SteadyNow() < deadline) {
    migrated_->clock().WaitFor(milliseconds(50), {});
    budgets.Tick();
  }
  EXPECT_EQ(budgets.count(), 0);
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.rate_holder"), "0");
}

TEST_F(RateBudgetsTest, ARealBudgetKeepsToItsRate) {
  RateBudgets budgets(database(), migrated_->clock(), migrated_->random(), kFirstWorker);
  const auto budget = budgets.Of(kVendor, {.requests_per_second = 500});
  const http::Patience patience(migrated_->clock(), {});
  const base::SteadyTime begin = migrated_->clock().SteadyNow();
  for (int i = 0; i < 1'000; ++i) ASSERT_TRUE(budget->Acquire("list", false, patience, {}).ok());
  const auto took = migrated_->clock().SteadyNow() - begin;
  EXPECT_GE(took, milliseconds(1'900));
}

TEST(RateLimitOf, FillsInTheBurst) {
  v1::Credential credential;
  EXPECT_EQ(RateLimitOf(credential), http::RateLimit());
  credential.mutable_rate_limit()->set_requests_per_second(2.5);
  EXPECT_EQ(RateLimitOf(credential).burst, 1);
  credential.mutable_rate_limit()->set_burst(7);
  credential.mutable_rate_limit()->set_concurrent_request_count(3);
  const http::RateLimit limit{
      .requests_per_second = 2.5, .burst = 7, .concurrent_request_count = 3};
  EXPECT_EQ(RateLimitOf(credential), limit);
}

}  // namespace
}  // namespace syncline::credential
