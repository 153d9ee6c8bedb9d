#include "http/retrying_transport.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/status.h"
#include "tests/support/fake_clock.h"
#include "tests/support/scripted_transport.h"

namespace syncline::http {
namespace {

using std::chrono::milliseconds;

class RetryingTransportTest : public testing::Test {
 protected:
  absl::StatusOr<Response> Send(std::stop_token stop = {}) {
    RetryingTransport transport(inner_, limits_, patience_, random_);
    transport.GoOnWith(first_attempt_);
    transport.CountRetries(retries_before_);
    const std::size_t before = inner_.requests().size();
    auto outcome = transport.Send(request_, {}, stop);
    EXPECT_EQ(transport.request_count(),
              static_cast<std::int64_t>(inner_.requests().size() - before));
    return outcome;
  }
  void EnqueueStatus(int status, const char* retry_after = nullptr) {
    Response response = test::JsonResponse("{}", status);
    if (retry_after != nullptr) response.headers.Add("retry-after", retry_after);
    inner_.Enqueue(std::move(response));
  }

  test::FakeClock clock_{test::FakeClock::Waits::kJump};
  base::SeededRandom random_{1};
  test::ScriptedTransport inner_;
  RetryLimits limits_{.attempt_count_max = 3};
  Request request_{.url = *Url::Parse("http://vendor.example/")};
  std::vector<Wait> waits_;
  Patience patience_{clock_, [this](const Wait& wait) { waits_.push_back(wait); }};
  int first_attempt_ = 1;
  std::int64_t retries_before_ = 0;
};

TEST_F(RetryingTransportTest, ReturnsAGoodAnswerAtOnce) {
  EnqueueStatus(200);
  EXPECT_EQ(Send()->status, 200);
  EXPECT_TRUE(waits_.empty());
}

TEST_F(RetryingTransportTest, LeavesOtherStatusesToTheCaller) {
  for (const int status : {301, 400, 403, 404, 501}) {
    EnqueueStatus(status);
    EXPECT_EQ(Send()->status, status);
  }
  EXPECT_TRUE(waits_.empty());
}

TEST_F(RetryingTransportTest, TriesAgainWhatMayPass) {
  for (const int status : {408, 429, 500, 502, 503, 504}) {
    EnqueueStatus(status);
    EnqueueStatus(200);
    EXPECT_EQ(Send()->status, 200);
  }
  for (const base::Reason reason :
       {base::Reason::kVendorUnreachable, base::Reason::kVendorTimeout,
        base::Reason::kBodyTruncated, base::Reason::kVendorError, base::Reason::kVendorThrottled}) {
    inner_.Enqueue(base::Error(reason, "no"));
    EnqueueStatus(200);
    EXPECT_EQ(Send()->status, 200);
    EXPECT_EQ(waits_.back().reason, reason);
  }
  EXPECT_EQ(waits_.size(), 11U);
}

// Writes down what it is told.
class Notes final : public TryObserver {
 public:
  void OnSend(const Request& request, int attempt) override {
    text += fmt::format("send {} {}; ", request.url.path, attempt);
  }
  void OnAnswer(const absl::StatusOr<Response>& answer) override {
    text += answer.ok() ? fmt::format("{}; ", answer->status) : "no answer; ";
  }
  void OnPause(base::Reason reason, const std::string&, milliseconds) override {
    text += fmt::format("pause {}; ", base::ReasonName(reason));
  }
  std::string text;
};

TEST_F(RetryingTransportTest, AnObserverIsToldOfEveryTry) {
  inner_.Enqueue(base::Error(base::Reason::kVendorTimeout, "no"));
  EnqueueStatus(503);
  EnqueueStatus(404);
  const Patience patience(clock_, {});
  RetryingTransport transport(inner_, limits_, patience, random_);
  Notes notes;
  EXPECT_EQ(transport.SendJudged(request_, {}, {}, {}, &notes)->status, 404);
  EXPECT_EQ(notes.text,
            "send / 1; no answer; pause VENDOR_TIMEOUT; send / 2; 503; pause VENDOR_ERROR; "
            "send / 3; 404; ");
}

TEST_F(RetryingTransportTest, ARefusedSignInIsTriedOnceMore) {
  limits_.attempt_count_max = 9;
  EnqueueStatus(401);
  EnqueueStatus(200);
  EXPECT_EQ(Send()->status, 200);
  EXPECT_EQ(waits_.back().reason, base::Reason::kAuthFailed);
  EnqueueStatus(401);
  EnqueueStatus(401);
  EXPECT_EQ(Send()->status, 401) << "judged above";
  EXPECT_EQ(waits_.size(), 2U);
}

TEST_F(RetryingTransportTest, WaitsAsLongAsASignInsProviderAsks) {
  inner_.Enqueue(base::WithRetryAfter(base::Error(base::Reason::kVendorThrottled, "no"),
                                      milliseconds(20'000)));
  EnqueueStatus(200);
  EXPECT_EQ(Send()->status, 200);
  EXPECT_GE(waits_.back().delay, milliseconds(20'000));
}

TEST_F(RetryingTransportTest, NeverTriesAgainWhatWillNotPass) {
  for (const base::Reason reason : {base::Reason::kVendorTls, base::Reason::kResponseTooLarge,
                                    base::Reason::kCancelled, base::Reason::kInvalidArgument}) {
    inner_.Enqueue(base::Error(reason, "no"));
    EXPECT_EQ(base::ReasonOf(Send().status()), reason);
  }
  EXPECT_TRUE(waits_.empty());
}

TEST_F(RetryingTransportTest, GivesTheLastAnswerOfAFailingVendor) {
  for (int i = 0; i < 3; ++i) EnqueueStatus(503);
  EXPECT_EQ(Send()->status, 503);
  ASSERT_EQ(waits_.size(), 2U);
  EXPECT_EQ(waits_[0].next_attempt, 2);
  EXPECT_EQ(waits_[1].next_attempt, 3);
  EXPECT_LE(waits_[0].delay, limits_.backoff.base);
}

TEST_F(RetryingTransportTest, EndsAsThrottledWhenTheVendorKeepsAsking) {
  for (int i = 0; i < 3; ++i) EnqueueStatus(429, "7");
  const auto outcome = Send();
  EXPECT_EQ(base::ReasonOf(outcome.status()), base::Reason::kVendorThrottled);
  EXPECT_EQ(base::RetryAfterOf(outcome.status()), milliseconds(7000));
}

TEST_F(RetryingTransportTest, WaitsAsLongAsTheVendorAsks) {
  EnqueueStatus(429, "30");
  EnqueueStatus(503, "Thu, 01 Jan 2026 00:00:55 GMT");  // the clock stands at 00:00:30 by then
  EnqueueStatus(200);
  const base::SteadyTime begin = clock_.SteadyNow();
  EXPECT_EQ(Send()->status, 200);
  EXPECT_EQ(clock_.SteadyNow() - begin, std::chrono::seconds(55));
  EXPECT_EQ(waits_[0].reason, base::Reason::kVendorThrottled);
  EXPECT_EQ(waits_[1].reason, base::Reason::kVendorError);
}

TEST_F(RetryingTransportTest, WaitsForTheResetWhereThereIsNoRetryAfter) {
  Response throttled = test::JsonResponse("{}", 429);
  throttled.headers.Add("X-RateLimit-Reset", "1767225625");  // 25 s after the test's beginning
  inner_.Enqueue(std::move(throttled));
  EnqueueStatus(200);
  EXPECT_EQ(Send()->status, 200);
  EXPECT_EQ(waits_.back().delay, milliseconds(25'000));
}

TEST_F(RetryingTransportTest, ALongPauseParksAndKeepsTheCountOfTries) {
  EnqueueStatus(503);
  EnqueueStatus(429, "3600");
  const auto park = ParkOf(Send().status());
  ASSERT_TRUE(park.has_value());
  EXPECT_EQ(park->wait.reason, base::Reason::kVendorThrottled);
  EXPECT_EQ(park->wait.delay, std::chrono::hours(1));
  EXPECT_EQ(park->wait.next_attempt, 3);
  EXPECT_EQ(waits_.size(), 1U) << "the park is shown by the run";
  // The run went on: one try is left of three.
  first_attempt_ = 3;
  EnqueueStatus(429, "3600");
  const auto end = Send();
  EXPECT_EQ(base::ReasonOf(end.status()), base::Reason::kVendorThrottled);
  EXPECT_FALSE(ParkOf(end.status()).has_value());
}

TEST_F(RetryingTransportTest, AParkOfTheBudgetIsNoTry) {
  EnqueueStatus(503);
  inner_.Enqueue(ParkStatus(
      {.wait = {base::Reason::kRateLimited, "later", std::chrono::minutes(5), 1}, .paid = true}));
  RetryingTransport transport(inner_, limits_, patience_, random_);
  const auto park = ParkOf(transport.Send(request_, {}, {}).status());
  ASSERT_TRUE(park.has_value());
  EXPECT_EQ(park->wait.next_attempt, 2);
  EXPECT_TRUE(park->paid);
  EXPECT_EQ(transport.request_count(), 1) << "the second was not sent";
}

TEST_F(RetryingTransportTest, ThePauseOfAnEndlessVendorIsTheError) {
  EnqueueStatus(429, "99999999");
  const auto outcome = Send();
  EXPECT_EQ(base::ReasonOf(outcome.status()), base::Reason::kVendorThrottled);
  EXPECT_FALSE(ParkOf(outcome.status()).has_value());
}

TEST_F(RetryingTransportTest, TheRunsRetriesAreABudget) {
  limits_.retry_count_max = 5;
  retries_before_ = 3;
  limits_.attempt_count_max = 20;
  for (int i = 0; i < 3; ++i) EnqueueStatus(503);
  const auto outcome = Send();
  EXPECT_EQ(base::ReasonOf(outcome.status()), base::Reason::kVendorError);
  EXPECT_EQ(base::MetadataOf(outcome.status()).at("retry_count_max"), "5");
  EXPECT_TRUE(IsOutOfRetries(outcome.status()));
  EXPECT_EQ(waits_.size(), 2U);
}

TEST_F(RetryingTransportTest, StopsWhileItWaits) {
  EnqueueStatus(503);
  std::stop_source stop;
  const Patience patience(clock_, [&](const Wait&) { stop.request_stop(); });
  RetryingTransport transport(inner_, limits_, patience, random_);
  EXPECT_EQ(base::ReasonOf(transport.Send(request_, {}, stop.get_token()).status()),
            base::Reason::kCancelled);
}

// A judge that says the same of every answer, and counts them.
class JudgedTest : public RetryingTransportTest {
 protected:
  absl::StatusOr<Response> SendJudged(const Judged& judged) {
    RetryingTransport transport(inner_, limits_, patience_, random_);
    return transport.SendJudged(request_, {}, [&](Response&) { return ++judged_, judged; }, {});
  }
  int judged_ = 0;
};

TEST_F(JudgedTest, WhatIsAcceptedIsNotTriedAgain) {
  EnqueueStatus(503);
  EXPECT_EQ(SendJudged({.kind = Judged::Kind::kAccepted})->status, 503);
  EXPECT_TRUE(waits_.empty());
}

TEST_F(JudgedTest, WhatIsLeftToTheStatusIsTriedByIt) {
  EnqueueStatus(503);
  EnqueueStatus(200);
  EXPECT_EQ(SendJudged({})->status, 200);
  EXPECT_EQ(judged_, 2);
}

TEST_F(JudgedTest, WhatIsWantedAgainEndsAsItsTrouble) {
  for (int i = 0; i < 3; ++i) EnqueueStatus(200);
  const auto outcome =
      SendJudged({.kind = Judged::Kind::kAgain,
                  .trouble = {.reason = base::Reason::kVendorError, .message = "Not ready."}});
  EXPECT_EQ(base::ReasonOf(outcome.status()), base::Reason::kVendorError);
  EXPECT_EQ(base::MessageOf(outcome.status()), "Not ready. It still did after 3 tries.");
  EXPECT_EQ(waits_.size(), 2U);
}

TEST_F(JudgedTest, PausesAreNoTriesAndBounded) {
  limits_.attempt_count_max = 1;
  limits_.wait_count_max = 4;
  for (int i = 0; i < 5; ++i) EnqueueStatus(200);
  const auto outcome = SendJudged({.kind = Judged::Kind::kAgain,
                                   .trouble = {.reason = base::Reason::kVendorThrottled,
                                               .message = "Busy.",
                                               .hint = milliseconds(700),
                                               .is_try = false}});
  EXPECT_EQ(base::ReasonOf(outcome.status()), base::Reason::kVendorThrottled);
  EXPECT_EQ(base::RetryAfterOf(outcome.status()), milliseconds(700));
  ASSERT_EQ(waits_.size(), 4U);
  for (const Wait& wait : waits_) EXPECT_EQ(wait.delay, milliseconds(700));
}

TEST_F(JudgedTest, ALongPauseParksAndIsNoTry) {
  EnqueueStatus(200);
  const auto outcome = SendJudged({.kind = Judged::Kind::kAgain,
                                   .trouble = {.reason = base::Reason::kVendorThrottled,
                                               .message = "Quota used up.",
                                               .hint = std::chrono::hours(2),
                                               .is_try = false}});
  const auto park = ParkOf(outcome.status());
  ASSERT_TRUE(park.has_value());
  EXPECT_EQ(park->wait.delay, std::chrono::hours(2));
  EXPECT_EQ(park->wait.message, "Quota used up.");
  EXPECT_EQ(park->wait.next_attempt, 1);
  EXPECT_TRUE(waits_.empty());
}

TEST_F(JudgedTest, ALongPauseInTheMidstOfAPageIsATry) {
  patience_.HoldAnswer();
  const Judged again{.kind = Judged::Kind::kAgain,
                     .trouble = {.reason = base::Reason::kVendorThrottled,
                                 .message = "Quota used up.",
                                 .hint = std::chrono::hours(2),
                                 .is_try = false}};
  EnqueueStatus(200);
  EXPECT_EQ(ParkOf(SendJudged(again).status())->wait.next_attempt, 2);
  limits_.attempt_count_max = 1;
  EnqueueStatus(200);
  const absl::Status last = SendJudged(again).status();
  EXPECT_FALSE(ParkOf(last).has_value());
  EXPECT_EQ(base::ReasonOf(last), base::Reason::kVendorThrottled);
}

TEST_F(JudgedTest, AnErrorOfTheJudgeEndsTheRequest) {
  EnqueueStatus(200);
  RetryingTransport transport(inner_, limits_, patience_, random_);
  const auto outcome =
      transport.SendJudged(request_, {},
                           [](Response&) -> absl::StatusOr<Judged> {
                             return base::Error(base::Reason::kExpressionFailed, "no");
                           },
                           {});
  EXPECT_EQ(base::ReasonOf(outcome.status()), base::Reason::kExpressionFailed);
}

TEST_F(RetryingTransportTest, ABudgetThatIsUsedUpSaysWhenItIsRenewed) {
  for (const int status : {429, 500}) {
    Response response = test::JsonResponse("{}", status);
    response.headers.Add("X-RateLimit-Reset", "27");
    inner_.Enqueue(std::move(response));
    EnqueueStatus(200);
    EXPECT_EQ(Send()->status, 200);
  }
  EXPECT_GE(waits_[0].delay, std::chrono::seconds(27));
  EXPECT_LT(waits_[1].delay, std::chrono::seconds(27)) << "500 says nothing about a budget";
}

TEST_F(RetryingTransportTest, TheRequestThatWasPutOffGoesOnWithItsTryAndOthersBegin) {
  RetryingTransport transport(inner_, limits_, patience_, random_);
  transport.GoOnWith(3);
  EnqueueStatus(200);
  EXPECT_EQ(transport.Send(request_, {}, {})->status, 200) << "not the one that was put off";
  EnqueueStatus(503);
  EXPECT_EQ(transport.Send(request_, {}, {})->status, 503) << "its third try of three";
  for (int i = 0; i < 2; ++i) EnqueueStatus(503);
  EnqueueStatus(200);
  EXPECT_EQ(transport.Send(request_, {}, {})->status, 200) << "another one has all of its tries";
  transport.GoOnWith(3);
  transport.GoOnWith(1);
  EnqueueStatus(503);
  EnqueueStatus(200);
  EXPECT_EQ(transport.Send(request_, {}, {})->status, 200) << "the page was complete";
}

}  // namespace
}  // namespace syncline::http
