// What the exchanges of a run say: why each was sent, why it waited, what judged it.
#include "pull/exchange_record.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "pull/sign_in_recorder.h"
#include "tests/pull/fan_out_fixture.h"

namespace syncline::pull {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class ExchangeRecordTest : public FanOutTest {
 protected:
  ExchangeRecordTest() { exchanges_ = &log_; }

  // Pulls to the end, whatever that is, and takes what was noted.
  std::vector<model::Exchange> PullNoted(http::Transport& transport,
                                         const std::string& integration) {
    const auto puller = MakePuller(transport, integration);
    PullAll(*puller);
    return log_.TakeNews(true);
  }
  // "cause | what judged it" of each.
  static std::vector<std::string> Told(const std::vector<model::Exchange>& exchanges) {
    std::vector<std::string> told;
    for (const model::Exchange& one : exchanges) {
      told.push_back(fmt::format("{} | {}", one.cause, one.judgement));
    }
    return told;
  }

  ExchangeLog log_{{.newest = 100}};
  test::ScriptedTransport script_;
};

TEST_F(ExchangeRecordTest, EveryPageSaysWhyItWasAskedForAndWhatCameOfIt) {
  script_.EnqueueJson(R"({"data":[{"id":1},{"id":2}],"next":"/list?p=b"})");
  script_.EnqueueJson(R"({"data":[{"id":3}],"next":null})");
  const auto exchanges = PullNoted(
      script_,
      "request { url: 'http://v.example/list' query { key: 'q' value: 'x' } } records: 'data' "
      "pagination { cursor { next_url: 'response.next' } }");
  EXPECT_THAT(Told(exchanges),
              ElementsAre("page 1 | status 200; 2 records at data; more pages follow",
                          "page 2: the next link of page 1 | status 200; 1 records at data; the "
                          "list ends here"));
  const model::Exchange& first = exchanges.front();
  EXPECT_EQ(first.exchange_id, 1);
  EXPECT_EQ(first.purpose, model::ExchangePurpose::kPage);
  EXPECT_EQ(first.method, "GET");
  EXPECT_EQ(first.url, "http://v.example/list?q=x");
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.response_body, R"({"data":[{"id":1},{"id":2}],"next":"/list?p=b"})");
  EXPECT_EQ(first.response_bytes, static_cast<std::int64_t>(first.response_body.size()));
  EXPECT_THAT(first.request_headers, Contains(testing::Pair("User-Agent", "Syncline/test")));
  EXPECT_THAT(first.response_headers, Contains(testing::Pair("Content-Type", "application/json")));
  EXPECT_EQ(exchanges[1].page_number, 2);
}

TEST_F(ExchangeRecordTest, ATryThatWaitedSaysForWhat) {
  http::Response busy = test::JsonResponse("{}", 429);
  busy.headers.Add("Retry-After", "7");
  script_.Enqueue(std::move(busy));
  script_.Enqueue(base::Error(base::Reason::kVendorTimeout, "It said nothing."));
  script_.EnqueueJson("[]");
  const auto exchanges = PullNoted(script_, "request { url: 'http://v.example/list' }");
  EXPECT_THAT(Told(exchanges),
              ElementsAre("page 1 | VENDOR_THROTTLED: The vendor asks to slow down (429).",
                          "page 1 | VENDOR_TIMEOUT: It said nothing.",
                          "page 1 | status 200; 0 records; the list ends here"));
  EXPECT_EQ(exchanges[0].attempt, 1);
  EXPECT_EQ(exchanges[0].status, 429);
  EXPECT_TRUE(exchanges[0].failed);
  EXPECT_EQ(exchanges[1].attempt, 2);
  EXPECT_EQ(exchanges[1].status, 0);
  EXPECT_GE(exchanges[1].wait, std::chrono::seconds(7));
  EXPECT_EQ(exchanges[1].wait_cause, "VENDOR_THROTTLED: The vendor asks to slow down (429).");
  EXPECT_EQ(exchanges[1].reason, "VENDOR_TIMEOUT");
  EXPECT_EQ(exchanges[2].attempt, 3);
  EXPECT_EQ(exchanges[2].reason, "");
}

struct JudgedCase {
  const char* name;
  const char* integration;  // what follows the request
  int status;
  const char* body;
  const char* judgement;  // how it begins
  const char* reason;
};
class JudgedTable : public ExchangeRecordTest, public testing::WithParamInterface<JudgedCase> {};
TEST_P(JudgedTable, SaysWhatJudgedIt) {
  script_.EnqueueJson(GetParam().body, GetParam().status);
  const auto exchanges = PullNoted(
      script_, std::string("request { url: 'http://v.example/list' } ") + GetParam().integration);
  ASSERT_GE(exchanges.size(), 1U);
  EXPECT_THAT(exchanges[0].judgement, testing::StartsWith(GetParam().judgement));
  EXPECT_EQ(exchanges[0].reason, GetParam().reason);
  EXPECT_EQ(exchanges[0].failed, *GetParam().reason != '\0');
}
INSTANTIATE_TEST_SUITE_P(
    Table, JudgedTable,
    testing::Values(
        JudgedCase{"NotFound", "", 404, "{}", "status 404; VENDOR_ERROR: http://v.example answered",
                   "VENDOR_ERROR"},
        JudgedCase{"SignIn", "", 401, "{}", "AUTH_FAILED: The vendor refused the sign-in (401).",
                   "AUTH_FAILED"},
        JudgedCase{"NoRecords", "records: 'data'", 200, R"({"x":1})",
                   "status 200; RECORDS_NOT_FOUND: ", "RECORDS_NOT_FOUND"},
        JudgedCase{"NotJson", "", 200, "{", "status 200; JSON_INVALID: ", "JSON_INVALID"},
        JudgedCase{"Skipped", "response { rules { statuses: 404 action: ACTION_SKIP } }", 404, "{}",
                   "rule 1: SKIP; no page; the list ends here", ""},
        JudgedCase{"Failed", "response { rules { when: 'response.e' action: ACTION_FAIL } }", 200,
                   R"({"e":1})", "rule 1: FAIL; VENDOR_ERROR: ", "VENDOR_ERROR"},
        JudgedCase{"Retried", "response { rules { statuses: 200 action: ACTION_RETRY } }", 200,
                   "[]", "rule 1: RETRY; VENDOR_ERROR: ", "VENDOR_ERROR"}),
    [](const auto& row) { return row.param.name; });

TEST_F(ExchangeRecordTest, AListThatEndsShortSaysSo) {
  script_.EnqueueJson(R"({"data":[{"id":1}],"total":5})");
  script_.EnqueueJson(R"({"data":[],"total":5})");
  const auto exchanges =
      PullNoted(script_,
                "request { url: 'http://v.example/list' } records: 'data' pagination { "
                "limit_offset { limit: 1 } total: 'response.total' }");
  ASSERT_EQ(exchanges.size(), 2U);
  EXPECT_EQ(exchanges[0].reason, "");
  EXPECT_THAT(exchanges[1].judgement,
              HasSubstr("0 records at data; the list ends here; LIST_INCOMPLETE: "));
  EXPECT_TRUE(exchanges[1].failed);
}

TEST_F(ExchangeRecordTest, ParentsAndDetailsSayWhoseTheyAre) {
  answers_ = {{"/sites", R"([{"id":7}])"},
              {"/sites/7/devices", R"([{"id":"a"},{"id":"b"}])"},
              {"/devices/a", R"({"x":1})"}};
  const auto exchanges = PullNoted(
      vendor_,
      "request { url: 'http://v.example/sites/{{parent.id}}/devices' } "
      "fan_out { levels { name: 'site' request { request { url: 'http://v.example/sites' "
      "} } } } details { name: 'more' parallel_count: 1 null_statuses: 404 request { url: "
      "'http://v.example/devices/{{record.id}}' } }");
  EXPECT_THAT(Told(exchanges),
              ElementsAre("level site, page 1 | status 200; 1 records; the list ends here",
                          "page 1 | status 200; 2 records; the list ends here",
                          "detail more of record 1 of page 1 | status 200",
                          "detail more of record 2 of page 1 | status 404, which stands for null"));
  EXPECT_EQ(exchanges[0].purpose, model::ExchangePurpose::kParents);
  EXPECT_EQ(exchanges[0].partition, "");
  EXPECT_EQ(exchanges[1].partition, R"(site "7")");
  EXPECT_EQ(exchanges[2].purpose, model::ExchangePurpose::kDetail);
  EXPECT_EQ(exchanges[2].partition, R"(site "7")");
  EXPECT_FALSE(exchanges[3].failed);
}

TEST_F(ExchangeRecordTest, NoSecretOfTheSignInIsInAny) {
  SignFor({"v.example"});
  script_.EnqueueJson(R"([{"you sent":"sentinel"}])", 503);
  http::Response echo = test::JsonResponse(R"([{"id":"sentinel"}])");
  echo.headers.Add("X-Echo", "sentinel");
  script_.Enqueue(std::move(echo));
  const auto exchanges = PullNoted(script_, "request { url: 'http://v.example/list' }");
  ASSERT_EQ(exchanges.size(), 2U);
  EXPECT_EQ(script_.requests().at(0).headers.Find("X-Key"), "sentinel") << "it was sent";
  for (const model::Exchange& one : exchanges) {
    EXPECT_THAT(one.response_body, Not(HasSubstr("sentinel")));
    EXPECT_THAT(one.response_body, HasSubstr("[withheld]"));
    for (const auto* headers : {&one.request_headers, &one.response_headers}) {
      for (const auto& [name, value] : *headers) {
        EXPECT_NE(name, "X-Key");
        EXPECT_NE(value, "sentinel");
      }
    }
  }
}

TEST_F(ExchangeRecordTest, WithoutALogNothingChanges) {
  exchanges_ = nullptr;
  script_.EnqueueJson(R"([{"id":1}])");
  const auto puller = MakePuller(script_, "request { url: 'http://v.example/list' }");
  EXPECT_EQ(PullAll(*puller), "1:1.");
}

TEST_F(ExchangeRecordTest, WhatEndsInAPauseWasJudgedByWhatMadeItPause) {
  const Errand errand;
  ExchangeRecord record(&log_, clock_, errand);
  const http::Request request{.url = *http::Url::Parse("http://v.example/")};
  record.OnSend(request, 1);
  record.OnAnswer(test::JsonResponse("{}", 429));
  record.OnPause(base::Reason::kVendorThrottled, "slow down", std::chrono::minutes(10));
  record.Finish(base::Error(base::Reason::kCancelled, "stopped"));
  record.OnSend(request, 2);
  record.OnPause(base::Reason::kVendorThrottled, "not your turn", std::chrono::minutes(10));
  record.Finish(base::Error(base::Reason::kVendorThrottled, "parked"));
  log_.SetScrub([](std::string text) { return text; });
  const auto exchanges = log_.TakeNews(false);
  ASSERT_EQ(exchanges.size(), 2U);
  EXPECT_EQ(exchanges[0].judgement, "VENDOR_THROTTLED: slow down");
  EXPECT_EQ(exchanges[0].reason, "VENDOR_THROTTLED");
  EXPECT_EQ(exchanges[1].wait, std::chrono::minutes(10));
  EXPECT_EQ(exchanges[1].judgement, "not sent; VENDOR_THROTTLED: not your turn");
  EXPECT_FALSE(exchanges[1].failed);
}

TEST(SignInRecorderTest, KeepsWhereAndWhenAndNothingElse) {
  test::FakeClock clock;
  test::ScriptedTransport inner;
  ExchangeLog log({});
  SignInRecorder recorder(inner, clock, log);
  inner.EnqueueJson(R"({"access_token":"sentinel"})");
  inner.EnqueueJson(R"({"error":"sentinel"})", 400);
  inner.Enqueue(base::Error(base::Reason::kVendorTimeout, "It said nothing."));
  http::Request request{.method = http::Method::kPost,
                        .url = *http::Url::Parse("http://id.example/token?secret=sentinel"),
                        .body = "client_secret=sentinel"};
  request.headers.Add("Authorization", "Basic sentinel");
  for (int i = 0; i < 3; ++i) recorder.Send(request, {}, {}).IgnoreError();
  const auto exchanges = log.TakeNews(false);
  ASSERT_EQ(exchanges.size(), 3U);
  for (const model::Exchange& one : exchanges) {
    EXPECT_EQ(one.purpose, model::ExchangePurpose::kSignIn);
    EXPECT_EQ(one.cause, "the sign-in");
    EXPECT_EQ(one.method, "POST");
    EXPECT_EQ(one.url, "http://id.example/token");
    EXPECT_TRUE(one.request_headers.empty() && one.request_body.empty());
    EXPECT_TRUE(one.response_headers.empty() && one.response_body.empty());
  }
  EXPECT_EQ(exchanges[0].judgement, "status 200");
  EXPECT_EQ(exchanges[1].reason, "SIGN_IN_FAILED");
  EXPECT_EQ(exchanges[2].judgement, "VENDOR_TIMEOUT: It said nothing.");
}

}  // namespace
}  // namespace syncline::pull
