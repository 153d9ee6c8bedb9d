#include "http/limited_transport.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/status.h"
#include "http/body_sink.h"
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

// Offers the body of one answer to the sink and does something else before the next piece.
class BusyTransport final : public Transport {
 public:
  absl::StatusOr<Response> Send(const Request& request, const TransportLimits&,
                                std::stop_token stop) override {
    if (request.sink == nullptr) return Response{.status = 200};
    held_bytes_max = request.sink->held_bytes_max();
    bytes_max = request.sink->bytes_max();
    streamed = request.sink->Begin(head);
    meanwhile();
    if (streamed) room = request.sink->Take("piece") && request.sink->WaitForRoom(stop);
    return head;
  }
  Response head{.status = 200};
  std::function<void()> meanwhile;
  bool streamed = false;
  bool room = false;
  std::size_t held_bytes_max = 0;
  std::size_t bytes_max = 0;
};

class TakingSink final : public BodySink {
 public:
  explicit TakingSink(bool takes) : takes_(takes) {}
  std::size_t held_bytes_max() const override { return 12; }
  std::size_t bytes_max() const override { return 34; }
  bool Begin(const Response&) override {
    on_begin();
    return takes_;
  }
  bool Take(std::string_view piece) override {
    taken += piece;
    return true;
  }
  bool WaitForRoom(std::stop_token) override { return true; }
  std::function<void()> on_begin = [] {};
  std::string taken;

 private:
  const bool takes_;
};

TEST_F(LimitedTransportTest, AnAnswerThatIsCutHoldsNoPlace) {
  for (const bool takes : {true, false}) {
    Make({.concurrent_request_count = 1});
    BusyTransport vendor;
    LimitedTransport transport(vendor, {budget_, "list"}, patience_);
    TakingSink sink(takes);
    Request request = request_;
    request.sink = &sink;
    const auto goes = [&] { return transport.Send(request_, {}, {}).ok(); };
    bool goes_before = true;
    bool goes_meanwhile = false;
    sink.on_begin = [&] { goes_before = goes(); };
    vendor.meanwhile = [&] { goes_meanwhile = goes(); };
    ASSERT_TRUE(transport.Send(request, {}, {}).ok());
    EXPECT_FALSE(goes_before) << "it has its place until it is taken";
    EXPECT_EQ(goes_meanwhile, takes);
    EXPECT_EQ(vendor.streamed, takes);
    EXPECT_EQ(vendor.room, takes);
    EXPECT_EQ(sink.taken, takes ? "piece" : "");
    EXPECT_EQ(vendor.held_bytes_max, 12U);
    EXPECT_EQ(vendor.bytes_max, 34U);
    EXPECT_TRUE(goes()) << "the place was given back";
  }
}

TEST_F(LimitedTransportTest, WhatTheHeadSaysHoldsWhileTheBodyArrivesAndNotAgainBehindIt) {
  Make({});
  BusyTransport vendor;
  vendor.head.headers.Add("RateLimit", "\"hour\";r=0;t=25");
  LimitedTransport transport(vendor, {budget_, "list"}, patience_);
  TakingSink sink(true);
  Request request = request_;
  request.sink = &sink;
  vendor.meanwhile = [&] { EXPECT_TRUE(transport.Send(request_, {}, {}).ok()); };
  ASSERT_TRUE(transport.Send(request, {}, {}).ok());
  EXPECT_EQ(clock_.SteadyNow().time_since_epoch(), seconds(25));
  ASSERT_TRUE(transport.Send(request_, {}, {}).ok());
  EXPECT_EQ(clock_.SteadyNow().time_since_epoch(), seconds(25));
}

TEST_F(LimitedTransportTest, WithoutABudgetItOnlyPassesOn) {
  LimitedTransport transport(inner_, {}, patience_);
  EXPECT_TRUE(transport.Send(request_, {}, {}).ok());
}

}  // namespace
}  // namespace syncline::http
