#include "http/turns.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <tuple>

namespace syncline::http {
namespace {

// Integrations that keep so many requests waiting; each request that goes out is followed by
// another one. How many of each went out.
std::map<std::string, int> Simulate(const std::map<std::string, int>& waiting, int requests) {
  Turns turns;
  int arrival = 0;
  std::set<std::tuple<double, int, std::string>> queue;
  for (const auto& [name, count] : waiting) {
    for (int i = 0; i < count; ++i) queue.emplace(turns.Take(name), ++arrival, name);
  }
  std::map<std::string, int> served;
  for (int i = 0; i < requests; ++i) {
    const auto [turn, number, name] = *queue.begin();
    queue.erase(queue.begin());
    turns.Serve(turn);
    ++served[name];
    queue.emplace(turns.Take(name), ++arrival, name);
  }
  return served;
}

TEST(Turns, IntegrationsShareAndNotRequests) {
  const auto served = Simulate({{"big", 8}, {"small", 1}}, 400);
  EXPECT_NEAR(served.at("big"), served.at("small"), 1);
  const auto many = Simulate({{"a", 1}, {"b", 3}, {"c", 16}, {"d", 2}}, 400);
  for (const auto& [name, count] : many) EXPECT_NEAR(count, 100, 1) << name;
}

TEST(Turns, WhoComesAnewNeitherWaitsForThePastNorGetsIt) {
  Turns turns;
  for (int i = 0; i < 1'000; ++i) turns.Serve(turns.Take("old"));
  const double next = turns.Take("old");
  const double fresh = turns.Take("new");
  EXPECT_LE(fresh, next);
  EXPECT_GE(fresh, next - 1);
}

TEST(Turns, OnesOwnRequestsKeepTheirOrder) {
  Turns turns;
  double last = turns.Take("a");
  for (int i = 0; i < 10; ++i) {
    const double turn = turns.Take("a");
    EXPECT_GT(turn, last);
    last = turn;
  }
}

TEST(Turns, ForgetsWhoAsksForNothing) {
  Turns turns;
  for (int i = 0; i < 1'000; ++i) turns.Serve(turns.Take("list-" + std::to_string(i)));
  const double turn = turns.Take("busy");
  turns.Serve(turn);
  turns.Serve(turns.Take("busy"));
  EXPECT_EQ(turns.count(), 1U);
}

}  // namespace
}  // namespace syncline::http
