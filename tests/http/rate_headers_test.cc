#include "http/rate_headers.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "http/retry_after.h"

namespace syncline::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// 2026-01-01T00:00:00Z, 1767225600.
const base::Time kNow = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

struct BudgetCase {
  const char* name;
  std::vector<std::pair<const char*, const char*>> headers;
  std::optional<std::int64_t> remaining;
  std::optional<milliseconds> reset;
};

class Budget : public testing::TestWithParam<BudgetCase> {};

TEST_P(Budget, IsRead) {
  Headers headers;
  for (const auto& [name, value] : GetParam().headers) headers.Add(name, value);
  const VendorBudget budget = ReadRateHeaders(headers, kNow);
  EXPECT_EQ(budget.remaining, GetParam().remaining);
  EXPECT_EQ(budget.reset_after, GetParam().reset);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Budget,
    testing::Values(
        BudgetCase{"None", {{"Content-Type", "text/plain"}}, {}, {}},
        BudgetCase{
            "Fields", {{"RateLimit-Remaining", "3"}, {"RateLimit-Reset", "60"}}, 3, seconds(60)},
        BudgetCase{"GitHub",
                   {{"x-ratelimit-remaining", "0"}, {"X-RateLimit-Reset", "1767225660"}},
                   0,
                   seconds(60)},
        BudgetCase{"Okta",
                   {{"X-Rate-Limit-Remaining", "0"}, {"x-rate-limit-reset", "1767225630"}},
                   0,
                   seconds(30)},
        BudgetCase{"UnixMilliseconds",
                   {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "1767225601500"}},
                   0,
                   milliseconds(1500)},
        BudgetCase{"ResetAfter", {{"X-RateLimit-Reset-After", "1.5"}}, {}, milliseconds(1500)},
        BudgetCase{
            "HttpDate", {{"X-RateLimit-Reset", "Thu, 01 Jan 2026 00:00:09 GMT"}}, {}, seconds(9)},
        BudgetCase{
            "Rfc3339", {{"X-RateLimit-Reset", "2026-01-01T01:00:30+01:00"}}, {}, seconds(30)},
        BudgetCase{"PastReset", {{"X-RateLimit-Reset", "1767225000"}}, {}, seconds(0)},
        // The vendor's clock is ten minutes ahead of ours.
        BudgetCase{"ByTheVendorsClock",
                   {{"Date", "Thu, 01 Jan 2026 00:10:00 GMT"}, {"X-RateLimit-Reset", "1767226205"}},
                   {},
                   seconds(5)},
        BudgetCase{"Draft7", {{"RateLimit", "limit=100, remaining=7, reset=30"}}, 7, seconds(30)},
        BudgetCase{"Draft8", {{"RateLimit", "\"default\";r=50;t=30"}}, 50, seconds(30)},
        BudgetCase{"SeveralPolicies",
                   {{"RateLimit", "\"minute\";r=0;t=20, \"day\";r=900;t=4000"}},
                   0,
                   seconds(20)},
        BudgetCase{"SeveralUsedUp",
                   {{"RateLimit", "\"minute\";r=0;t=20"}, {"RateLimit", "\"day\";r=0;t=4000"}},
                   0,
                   seconds(4000)},
        BudgetCase{"QuotedSeparators", {{"RateLimit", "\"a,b;r=0\";r=5;t=1"}}, 5, seconds(1)},
        BudgetCase{"Escapes", {{"RateLimit", "\"a\\\",\";r=5;t=1"}}, 5, seconds(1)},
        BudgetCase{"Unclosed", {{"RateLimit", "\"a;r=5;t=1"}}, {}, {}},
        BudgetCase{"Blanks", {{"RateLimit", " limit = 1 ,  remaining =  2 "}}, 2, {}},
        BudgetCase{"Junk", {{"RateLimit", ";;,=,r=,t=x, \"\";r"}}, {}, {}},
        BudgetCase{
            "JunkNumbers", {{"RateLimit-Remaining", "many"}, {"RateLimit-Reset", "-5"}}, {}, {}},
        BudgetCase{"Exponent", {{"RateLimit-Reset", "1e9"}}, {}, {}},
        BudgetCase{"Dots", {{"RateLimit-Reset", "1.2.3"}}, {}, {}},
        BudgetCase{"Empty", {{"RateLimit-Reset", ""}}, {}, {}},
        BudgetCase{"LongSpan", {{"RateLimit-Reset", "999999999"}}, {}, kRetryAfterReadMax},
        BudgetCase{"Huge",
                   {{"RateLimit-Remaining", "99999999999999999999"},
                    {"RateLimit-Reset", "99999999999999999999999999999"}},
                   1'000'000'000'000'000,
                   kRetryAfterReadMax}),
    [](const auto& test) { return test.param.name; });

TEST(ReadRateHeaders, ReadsABoundedNumberOfPolicies) {
  std::string many = "\"a\";r=1;t=1";
  for (int i = 0; i < 40; ++i) many += ", \"a\";r=1;t=1";
  Headers headers;
  headers.Add("RateLimit", many + ", \"b\";r=0;t=9");
  EXPECT_EQ(ReadRateHeaders(headers, kNow).remaining, 1);
}

struct PauseCase {
  const char* name;
  int status;
  std::vector<std::pair<const char*, const char*>> headers;
  std::optional<milliseconds> pause;
};

class Pause : public testing::TestWithParam<PauseCase> {};

TEST_P(Pause, IsWhatTheVendorWants) {
  Response response{.status = GetParam().status};
  for (const auto& [name, value] : GetParam().headers) response.headers.Add(name, value);
  EXPECT_EQ(PauseAfter(response, kNow), GetParam().pause);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Pause,
    testing::Values(
        PauseCase{"Nothing", 200, {}, {}}, PauseCase{"ThrottledWithoutAWord", 429, {}, {}},
        PauseCase{"RetryAfter", 429, {{"Retry-After", "5"}}, seconds(5)},
        PauseCase{
            "RetryAfterDate", 503, {{"Retry-After", "Thu, 01 Jan 2026 00:01:00 GMT"}}, seconds(60)},
        PauseCase{
            "RetryAfterWins", 429, {{"Retry-After", "5"}, {"RateLimit-Reset", "60"}}, seconds(5)},
        PauseCase{"JunkRetryAfter",
                  429,
                  {{"Retry-After", "soon"}, {"RateLimit-Reset", "60"}},
                  seconds(60)},
        PauseCase{"RetryAfterOfASuccess", 202, {{"Retry-After", "5"}}, {}},
        PauseCase{"ThrottledUntilReset", 429, {{"X-RateLimit-Reset", "1767225640"}}, seconds(40)},
        PauseCase{"ThrottledWithSomeLeft",
                  429,
                  {{"RateLimit-Remaining", "3"}, {"RateLimit-Reset", "60"}},
                  {}},
        PauseCase{"UsedUpByASuccess",
                  200,
                  {{"RateLimit-Remaining", "0"}, {"RateLimit-Reset", "60"}},
                  seconds(60)},
        PauseCase{"SomeLeft", 200, {{"RateLimit-Remaining", "1"}, {"RateLimit-Reset", "60"}}, {}},
        PauseCase{"ResetOfASuccess", 200, {{"RateLimit-Reset", "60"}}, {}},
        PauseCase{"ResetOfAnError", 404, {{"RateLimit-Reset", "60"}}, {}}),
    [](const auto& test) { return test.param.name; });

TEST(WaitAskedFor, IsRetryAfterOrTheReset) {
  Headers headers;
  EXPECT_EQ(WaitAskedFor(headers, kNow), std::nullopt);
  headers.Add("X-RateLimit-Reset", "3");
  EXPECT_EQ(WaitAskedFor(headers, kNow), seconds(3));
  headers.Add("Retry-After", "soon");
  EXPECT_EQ(WaitAskedFor(headers, kNow), seconds(3));
  headers.Set("Retry-After", "1");
  EXPECT_EQ(WaitAskedFor(headers, kNow), seconds(1));
}

}  // namespace
}  // namespace syncline::http
