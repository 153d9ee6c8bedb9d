#include "pull/preview.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "pull/paging_outlook.h"
#include "tests/pull/fan_out_fixture.h"

namespace syncline::pull {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class PreviewTest : public FanOutTest {
 protected:
  Preview::Result Run(http::Transport& vendor, const std::string& integration,
                      const Preview::Bounds& bounds = {}) {
    Preview preview(vendor, clock_, random_, clock_.SteadyNow() + seconds(20));
    auto result =
        preview.Run(ParseIntegration(integration), auth::MakeNoAuthenticator(), bounds, {});
    EXPECT_TRUE(result.ok()) << base::MessageOf(result.status());
    return result.ok() ? *std::move(result) : Preview::Result();
  }
  test::ScriptedTransport script_;
};

TEST_F(PreviewTest, ShowsTheFirstPageAndHowPagingGoesOn) {
  script_.EnqueueJson(R"({"data":[{"id":1,"n":1.10},{"id":2}],"next":"/list?p=b","total":9})");
  const auto result = Run(script_,
                          "request { url: 'http://v.example/list' } records: 'data' pagination { "
                          "total: 'response.total' "
                          "cursor { next_url: 'response.next' } }");
  EXPECT_TRUE(result.error.ok()) << base::MessageOf(result.error);
  EXPECT_THAT(result.records, ElementsAre(R"({"id":1,"n":1.10})", R"({"id":2})"));
  EXPECT_EQ(result.exchanges.size(), 1U);
  EXPECT_EQ(result.outlook.paging,
            "The list of 9 records by the vendor's own words goes on with page 2: the next link of "
            "page 1.");
  EXPECT_THAT(result.outlook.next_request, testing::StartsWith("GET http://v.example/list?p=b"));
  EXPECT_EQ(result.fields.all().at("n").samples.at(0), "1.10");
}

TEST_F(PreviewTest, AutomaticPagingIsProposedWithItsReason) {
  script_.EnqueueJson(R"({"data":[{"id":1}],"next":"/list?p=b"})");
  const auto result = Run(script_,
                          "request { url: 'http://v.example/list' } records: 'data' pagination { "
                          "automatic {} }");
  ASSERT_TRUE(result.outlook.proposal.has_value());
  EXPECT_EQ(result.outlook.proposal->pagination.cursor().next_url(), "response.next");
  EXPECT_FALSE(result.outlook.proposal->reason.empty());
}

TEST_F(PreviewTest, PagesAndRecordsAreBounded) {
  for (int page = 0; page < 5; ++page) {
    script_.EnqueueJson(fmt::format(R"([{{"id":"{}a"}},{{"id":"{}b"}}])", page, page));
  }
  const auto result = Run(script_,
                          "request { url: 'http://v.example/list' } pagination { limit_offset { "
                          "limit: 2 } parallel_page_count: 4 total: 'response.x' }",
                          {.page_count = 2, .record_count = 3});
  EXPECT_THAT(result.records, ElementsAre(R"({"id":"0a"})", R"({"id":"0b"})", R"({"id":"1a"})"));
  EXPECT_EQ(script_.requests().size(), 2U) << "nothing is asked for ahead";
}

TEST_F(PreviewTest, LargeRecordsAndBodiesAreLeftOut) {
  const std::string large(Preview::kRecordBytesMax, 'x');
  script_.EnqueueJson(R"([{"id":")" + large + R"("},{"id":2}])");
  const auto result = Run(script_, "request { url: 'http://v.example/list' }");
  EXPECT_THAT(result.records, ElementsAre(R"({"id":2})"));
  EXPECT_LE(result.exchanges.at(0).response_body.size(), ExchangeLog::kBodyBytesMax);
}

TEST_F(PreviewTest, DetailsAreAskedForOnlyOfRecordsThatAreShown) {
  answers_ = {{"/list", R"([{"id":1},{"id":2},{"id":3}])"}, {"/1", R"({"x":1})"}};
  const auto result = Run(vendor_,
                          "request { url: 'http://v.example/list' } details { name: 'more' request "
                          "{ url: 'http://v.example/{{record.id}}' } }",
                          {.page_count = 1, .record_count = 1});
  EXPECT_THAT(result.records, ElementsAre(R"({"id":1,"more":{"x":1}})"));
  EXPECT_THAT(Asked(), ElementsAre("/list", "/1"));
}

TEST_F(PreviewTest, OfAFanOutTheFirstPartitionComesFirst) {
  answers_ = {{"/sites", R"([{"id":7},{"id":8}])"}, {"/sites/7", R"([{"id":"a"}])"}};
  const auto result =
      Run(vendor_,
          "request { url: 'http://v.example/sites/{{parent.id}}' } fan_out { parallel_count: 4 "
          "levels { name: 'site' request { request { url: 'http://v.example/sites' } } "
          "} }");
  EXPECT_TRUE(result.error.ok()) << base::MessageOf(result.error);
  EXPECT_THAT(result.records, ElementsAre(R"({"id":"a"})"));
  EXPECT_THAT(Asked(), ElementsAre("/sites", "/sites/7"));
}

TEST_F(PreviewTest, WhatTheVendorDoesWrongStandsInTheResult) {
  script_.EnqueueJson(R"({"message":"no such list"})", 404);
  const auto result = Run(script_, "request { url: 'http://v.example/list' }");
  EXPECT_EQ(base::ReasonOf(result.error), base::Reason::kVendorError);
  EXPECT_THAT(base::MessageOf(result.error), HasSubstr("no such list"));
  EXPECT_EQ(result.exchanges.at(0).status, 404);
  EXPECT_THAT(result.records, IsEmpty());
}

TEST_F(PreviewTest, AWaitBeyondTheDeadlineIsNotBegun) {
  http::Response busy = test::JsonResponse("{}", 429);
  busy.headers.Add("Retry-After", "60");
  script_.Enqueue(std::move(busy));
  const auto result = Run(script_, "request { url: 'http://v.example/list' }");
  EXPECT_EQ(base::ReasonOf(result.error), base::Reason::kVendorThrottled);
  EXPECT_THAT(base::MessageOf(result.error), HasSubstr("A run would wait 60"));
  EXPECT_EQ(script_.requests().size(), 1U);
}

struct ExportWait {
  const char* name;
  int seconds;
  const char* words;
};
class PreviewOfAnExport : public PreviewTest, public testing::WithParamInterface<ExportWait> {};

TEST_P(PreviewOfAnExport, SaysHowLongARunWouldWaitAndCleansUp) {
  answers_ = {{"/order", R"({"id":"e1"})"}, {"/poll/e1", R"({"done":false})"}, {"/end/e1", "{}"}};
  const auto result =
      Run(vendor_,
          fmt::format("request {{ url: 'http://v.example/file' }} export_job {{ "
                      "create {{ url: 'http://v.example/order' }} job: 'response.id' "
                      "poll {{ url: 'http://v.example/poll/{{{{job}}}}' }} "
                      "ready_when: 'response.done' poll_interval {{ seconds: {} }} "
                      "clean_up {{ url: 'http://v.example/end/{{{{job}}}}' }} }}",
                      GetParam().seconds),
          {.page_count = 2, .record_count = 10});
  EXPECT_EQ(base::ReasonOf(result.error), base::Reason::kExportJobTimeout);
  EXPECT_THAT(base::MessageOf(result.error), HasSubstr(GetParam().words));
  EXPECT_FALSE(http::ParkOf(result.error).has_value()) << "there is no run to be parked";
  EXPECT_THAT(Asked(), ElementsAre("/order", "/poll/e1", "/end/e1"));
}

INSTANTIATE_TEST_SUITE_P(
    Table, PreviewOfAnExport,
    testing::Values(ExportWait{"ThatARunSitsOut", 25, "A run would wait 25.0 s"},
                    ExportWait{"ThatParksARun", 60, "A run would wait 60.0 s"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(PreviewTest, NothingIsSentAfterTheDeadline) {
  test::ScriptedTransport slow([this](const http::Request&) {
    clock_.Advance(seconds(30));
    return test::JsonResponse("{}", 500);
  });
  const auto result = Run(slow, "request { url: 'http://v.example/list' }");
  EXPECT_EQ(base::ReasonOf(result.error), base::Reason::kVendorError);
  EXPECT_EQ(slow.requests().size(), 1U);
}

TEST_F(PreviewTest, NoSecretIsShown) {
  v1::Credential credential;
  credential.add_allowed_hosts("v.example");
  credential.mutable_api_token()->set_header("X-Key");
  auth::SecretMap secrets;
  secrets.emplace("api_token.token", secret::Secret("sentinel"));
  Preview preview(script_, clock_, random_, clock_.SteadyNow() + seconds(20));
  auto authenticator = auth::MakeAuthenticator(
      credential, secrets, {.transport = preview.sign_in(), .clock = clock_, .random = random_});
  script_.EnqueueJson(R"({"data":[{"id":"sentinel"}],"next":"/list?k=sentinel"})");
  const auto result = preview.Run(
      ParseIntegration("request { url: 'http://v.example/list' } records: 'data' pagination { "
                       "cursor { next_url: 'response.next' } }"),
      *std::move(authenticator), {}, {});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(script_.requests().at(0).headers.Find("X-Key"), "sentinel");
  EXPECT_THAT(result->records, ElementsAre(R"({"id":"[withheld]"})"));
  EXPECT_THAT(result->exchanges.at(0).response_body, Not(HasSubstr("sentinel")));
  EXPECT_THAT(result->outlook.next_request, Not(HasSubstr("sentinel")));
  for (const auto& [path, field] : result->fields.all()) {
    for (const std::string& sample : field.samples) EXPECT_THAT(sample, Not(HasSubstr("sentinel")));
  }
}

}  // namespace
}  // namespace syncline::pull
