// Long waits on one of several threads of a run: the pages before are yielded, then the run parks.

#include <gmock/gmock.h>

#include <atomic>

#include "http/query.h"
#include "http/retrying_transport.h"
#include "tests/pull/fan_out_fixture.h"

namespace syncline::pull {
namespace {

http::Response Throttled() {
  http::Response response = test::JsonResponse("{}", 429);
  response.headers.Add("Retry-After", "7200");
  return response;
}

class ParkingTest : public FanOutTest {
 protected:
  // Pages up to the error, which is kept; "" when there was none.
  std::string PullToTheEnd(Puller& puller) {
    std::string text;
    while (true) {
      const auto page = puller.Next({});
      status_ = page.status();
      if (!page.ok() || !page->has_value()) return text;
      text += Describe(**page) + " ";
      checkpoint_ = (*page)->checkpoint;
      ++pages_;
      retries_ += (*page)->retry_count;
    }
  }
  void ExpectParked() const {
    const auto park = http::ParkOf(status_);
    ASSERT_TRUE(park.has_value()) << base::MessageOf(status_);
    EXPECT_EQ(park->wait.reason, base::Reason::kVendorThrottled);
    EXPECT_EQ(park->wait.delay, std::chrono::hours(2));
    EXPECT_EQ(park->due, clock_.SteadyNow() + std::chrono::hours(2));
    EXPECT_EQ(park->wait.next_attempt, 2);
    EXPECT_TRUE(waits_.empty()) << "nobody sits it out";
  }

  absl::Status status_;
  std::string checkpoint_;
  std::int64_t pages_ = 0;
  std::int64_t retries_ = 0;
};

TEST_F(ParkingTest, APageAheadParksAfterThePagesBeforeIt) {
  std::atomic<bool> throttles = true;
  test::ScriptedTransport vendor([&](const http::Request& request) {
    int offset = 0;
    for (const auto& [name, value] : http::ParseQuery(request.url.query)) {
      if (name == "offset") offset = std::stoi(value);
    }
    if (throttles && offset >= 4) return Throttled();
    std::string items;
    for (int id = offset; id < std::min(offset + 2, 9); ++id) {
      items += (items.empty() ? "" : ",") + fmt::format(R"({{"id":{}}})", id);
    }
    return test::JsonResponse(fmt::format(R"({{"total":9,"items":[{}]}})", items));
  });
  constexpr char kList[] =
      "request { url: 'http://v.example/' } records: 'items' pagination { limit_offset { limit: 2 "
      "} "
      "total: 'response.total' parallel_page_count: 4 }";
  EXPECT_EQ(PullToTheEnd(*MakePuller(vendor, kList)), "1:0,1 2:2,3 ");
  ExpectParked();
  throttles = false;
  const auto next = MakePuller(vendor, kList);
  ASSERT_TRUE(next->Resume(pages_, checkpoint_).ok());
  EXPECT_EQ(PullToTheEnd(*next), "3:4,5 4:6,7 5:8. ");
}

TEST_F(ParkingTest, ALaneParksAfterThePagesBeforeIt) {
  std::atomic<bool> throttles = true;
  test::ScriptedTransport vendor([&](const http::Request& request) {
    if (request.url.path == "/3" && throttles) return Throttled();
    return test::JsonResponse(fmt::format(R"([{{"id":"{}"}}])", request.url.path.substr(1)));
  });
  constexpr char kLists[] =
      "request { url: 'http://v.example/{{parent}}' } fan_out { parallel_count: 4 levels { name: "
      "'s' values { values { number_value: 1 } values { number_value: 2 } values { number_value: 3 "
      "} values { number_value: 4 } } } }";
  EXPECT_EQ(PullToTheEnd(*MakePuller(vendor, kLists)), "1/1:1 2/2:2 ");
  ExpectParked();
  EXPECT_THAT(base::MessageOf(status_), testing::HasSubstr("s \"3\"")) << "it says for whom";
  throttles = false;
  const auto next = MakePuller(vendor, kLists);
  ASSERT_TRUE(next->Resume(pages_, checkpoint_).ok());
  EXPECT_EQ(PullToTheEnd(*next), "3/3:3 4/4:4. ");
}

TEST_F(ParkingTest, ADetailParksAndRejectsNoRecord) {
  std::atomic<bool> throttles = true;
  test::ScriptedTransport vendor([&](const http::Request& request) {
    if (request.url.path == "/list") {
      return test::JsonResponse(R"([{"id":1},{"id":2},{"id":3},{"id":4}])");
    }
    if (request.url.path >= "/2" && throttles) return Throttled();
    return test::JsonResponse("true");
  });
  const auto puller =
      MakePuller(vendor,
                 "request { url: 'http://v.example/list' } details { name: 'a' parallel_count: 4 "
                 "tolerate_failure: true request { url: 'http://v.example/{{record.id}}' } }");
  EXPECT_EQ(PullToTheEnd(*puller), "");
  ExpectParked();
  throttles = false;
  const auto page = puller->Next({});
  ASSERT_TRUE(page.ok()) << base::MessageOf(page.status());
  EXPECT_EQ(expression::ToJson((*page)->records),
            R"([{"id":1,"a":true},{"id":2,"a":true},{"id":3,"a":true},{"id":4,"a":true}])");
}

// A park would ask for the list and the first details again, and meet the limit at the same place.
TEST_F(ParkingTest, ASlowRateIsSatOutInTheMidstOfAPage) {
  const http::RateLimit slow{.requests_per_second = 0.01};
  http::LocalBudgetStore store(slow, clock_);
  budget_ = std::make_shared<http::RateBudget>(slow, "w", store, clock_, random_);
  test::ScriptedTransport vendor([](const http::Request& request) {
    return test::JsonResponse(request.url.path == "/list" ? R"([{"id":1},{"id":2},{"id":3}])"
                                                          : "1");
  });
  const auto puller = MakePuller(
      vendor,
      "request { url: 'http://v.example/list' } details { name: 'a' parallel_count: 2 request "
      "{ url: 'http://v.example/{{record.id}}' } }");
  EXPECT_EQ(PullToTheEnd(*puller), "1:1,2,3. ");
  EXPECT_TRUE(status_.ok()) << base::MessageOf(status_);
  EXPECT_EQ(vendor.requests().size(), 4U);
  EXPECT_GE(clock_.SteadyNow().time_since_epoch(), std::chrono::seconds(300));
}

TEST_F(ParkingTest, ABudgetThatIsSmallerThanAPageEndsTheRun) {
  test::ScriptedTransport vendor([](const http::Request& request) {
    if (request.url.path == "/list") return test::JsonResponse(R"([{"id":1},{"id":2}])");
    http::Response last = test::JsonResponse("1");
    last.headers.Add("X-RateLimit-Remaining", "0");
    last.headers.Add("X-RateLimit-Reset", "86400");
    return last;
  });
  int parked = 0;
  for (std::optional<http::Park> park; parked == 0 || park.has_value(); ++parked) {
    ASSERT_LT(parked, 10);
    const http::RateLimit none;
    http::LocalBudgetStore store(none, clock_);  // the day is over
    budget_ = std::make_shared<http::RateBudget>(none, "w", store, clock_, random_);
    const auto puller = MakePuller(
        vendor,
        "request { url: 'http://v.example/list' } limits { attempt_count_max: 3 } details { "
        "name: 'a' parallel_count: 1 request { url: 'http://v.example/{{record.id}}' } }");
    EXPECT_EQ(PullToTheEnd(*puller), "");
    park = http::ParkOf(status_);
    if (park.has_value()) resume_.request_attempt = park->wait.next_attempt;
  }
  EXPECT_EQ(parked, 3);
  EXPECT_EQ(base::ReasonOf(status_), base::Reason::kVendorThrottled);
}

TEST_F(ParkingTest, ADetailThatIsOutOfRetriesEndsTheRun) {
  test::ScriptedTransport vendor([](const http::Request& request) {
    if (request.url.path == "/list") return test::JsonResponse(R"([{"id":1},{"id":2}])");
    return test::JsonResponse("{}", 503);
  });
  EXPECT_EQ(PullToTheEnd(*MakePuller(
                vendor,
                "request { url: 'http://v.example/list' } limits { retry_count_max: 5 } details { "
                "name: 'a' tolerate_failure: true request { url: "
                "'http://v.example/{{record.id}}' } }")),
            "");
  EXPECT_TRUE(http::IsOutOfRetries(status_)) << base::MessageOf(status_);
}

TEST_F(ParkingTest, WhatWasTriedBeforeCountsAsRetriesOfThePage) {
  int asked = 0;
  test::ScriptedTransport vendor([&](const http::Request&) {
    return ++asked <= 2 ? test::JsonResponse("{}", 503) : test::JsonResponse(R"([{"id":1}])");
  });
  resume_ = {.request_attempt = 3, .retries = 7};
  const auto puller = MakePuller(vendor,
                                 "request { url: 'http://v.example/' }"
                                 " limits { attempt_count_max: 5 }");
  EXPECT_EQ(PullToTheEnd(*puller), "1:1. ");
  EXPECT_EQ(retries_, 2 + 2) << "two before the run was parked, two after";
}

TEST_F(ParkingTest, WhatARuleReadsOutOfAnErrorHoldsForAllThatAsk) {
  const http::RateLimit none;
  http::LocalBudgetStore store(none, clock_);
  budget_ = std::make_shared<http::RateBudget>(none, "w", store, clock_, random_);
  int status = 403;
  test::ScriptedTransport vendor([&](const http::Request&) {
    return test::JsonResponse(R"({"error":"quota","wait":3600})", status);
  });
  const auto blocked = [&] {
    const auto puller =
        MakePuller(vendor,
                   "request { url: 'http://v.example/' } response { rules { when: 'response.error' "
                   "action: ACTION_WAIT wait: 'response.wait' } }");
    EXPECT_EQ(PullToTheEnd(*puller), "");
    EXPECT_TRUE(http::ParkOf(status_).has_value());
    return store.Take({.holder = "w"})->blocked;
  };
  status = 200;
  EXPECT_EQ(blocked(), std::chrono::seconds(0)) << "a list that is not ready";
  status = 403;
  EXPECT_EQ(blocked(), std::chrono::hours(1));
}

}  // namespace
}  // namespace syncline::pull
