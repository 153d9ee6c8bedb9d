// What pages are asked for with may stand anywhere in a request: query, path, header, cookie, body.

#include <gmock/gmock.h>

#include "pull/puller.h"
#include "pull/validate_integration.h"
#include "tests/pull/puller_fixture.h"
#include "tests/support/scripted_transport.h"

namespace syncline::pull {
namespace {

using test::JsonResponse;
using test::ScriptedTransport;
using testing::ElementsAre;
using testing::HasSubstr;

class PagingPlacesTest : public PullerTest {
 protected:
  // Pulls what `answers` hold; every request as "METHOD url headers body".
  std::vector<std::string> Requests(const std::string& integration,
                                    const std::vector<std::string>& answers) {
    ScriptedTransport transport;
    for (const std::string& answer : answers) transport.EnqueueJson(answer);
    const auto puller = MakePuller(transport, integration);
    if (puller == nullptr) return {};
    const auto ids = PullIds(*puller);
    EXPECT_TRUE(ids.ok()) << base::MessageOf(ids.status());
    std::vector<std::string> sent;
    for (const http::Request& request : transport.requests()) {
      std::string text = request.url.path;
      if (!request.url.query.empty()) text += "?" + request.url.query;
      for (const auto* name : {"X-Page", "Cookie"}) {
        if (const auto value = request.headers.Find(name)) text += " " + std::string(*value);
      }
      if (!request.body.empty()) text += " " + request.body;
      sent.push_back(text);
    }
    return sent;
  }
};

constexpr char kFull[] = R"({"items":[{"id":1},{"id":2}],"next":"n/1"})";
constexpr char kNumber[] = R"({"items":[{"id":3},{"id":4}],"next":17})";
constexpr char kLast[] = R"({"items":[{"id":5}]})";

TEST_F(PagingPlacesTest, NumbersAndOffsetsGoAnywhere) {
  const std::string page =
      "records: 'items' pagination { limit_page { limit: 2 limit_parameter: '' page_parameter: '' "
      "first_page: 0 } } ";
  const std::string offset =
      "records: 'items' pagination { limit_offset { limit: 2 limit_parameter: '' "
      "offset_parameter: '' } } ";
  EXPECT_THAT(
      Requests(page + "request { url: 'http://v.example/list/{{page.number}}' }", {kFull, kLast}),
      ElementsAre("/list/0", "/list/1"));
  EXPECT_THAT(Requests(page + "request { url: 'http://v.example/' headers { key: 'X-Page' value: "
                              "'{{page.number}}/{{page.size}}' } }",
                       {kFull, kLast}),
              ElementsAre("/ 0/2", "/ 1/2"));
  EXPECT_THAT(Requests(offset + "request { url: 'http://v.example/' cookies { key: 'at' value: "
                                "'{{page.offset}}' } }",
                       {kFull, kLast}),
              ElementsAre("/ at=0", "/ at=2"));
  EXPECT_THAT(
      Requests(offset +
                   "request { url: 'http://v.example/' method: METHOD_POST body { struct_value "
                   "{ fields { key: 'from' value { string_value: '{{page.offset}}' } } } } }",
               {kFull, kLast}),
      ElementsAre(R"(/ {"from":0})", R"(/ {"from":2})"));
  EXPECT_THAT(
      Requests(offset + "request { url: 'http://v.example/' method: METHOD_POST form { key: "
                        "'from' value: '{{page.offset}}' } }",
               {kFull, kLast}),
      ElementsAre("/ from=0", "/ from=2"));
}

TEST_F(PagingPlacesTest, TokensGoAnywhereWithTheirType) {
  const std::string token = "records: 'items' pagination { cursor { token { from: 'response.next' ";
  EXPECT_THAT(
      Requests(token + "query_parameter: 'after' } } } request { url: 'http://v.example/' }",
               {kFull, kNumber, kLast}),
      ElementsAre("/", "/?after=n%2F1", "/?after=17"));
  EXPECT_THAT(Requests(token + "first: 'start' } } } "
                               "request { url: 'http://v.example/pages/{{page.cursor}}' }",
                       {kFull, kNumber, kLast}),
              ElementsAre("/pages/start", "/pages/n%2F1", "/pages/17"));
  EXPECT_THAT(Requests(token + "} } } request { url: 'http://v.example/' omit_empty: true "
                               "headers { key: 'X-Page' value: '{{page.cursor}}' } }",
                       {kFull, kNumber, kLast}),
              ElementsAre("/", "/ n/1", "/ 17"));
  EXPECT_THAT(
      Requests(token + "} } } request { url: 'http://v.example/' method: METHOD_POST omit_empty: "
                       "true body { struct_value { fields { key: 'after' value { string_value: "
                       "'{{page.cursor}}' } } fields { key: 'n' value { number_value: 2 } } } } }",
               {kFull, kNumber, kLast}),
      ElementsAre(R"(/ {"n":2})", R"(/ {"n":2,"after":"n/1"})", R"(/ {"n":2,"after":17})"));
  EXPECT_THAT(Requests(token + "} } } request { url: 'http://v.example/' graphql { query: '{a}' "
                               "variables { fields { key: 'after' value { string_value: "
                               "'{{page.cursor}}' } } } } omit_empty: true }",
                       {kFull, kLast}),
              ElementsAre(R"(/ {"query":"{a}","variables":{}})",
                          R"(/ {"query":"{a}","variables":{"after":"n/1"}})"));
}

TEST_F(PagingPlacesTest, TokensComeFromHeadersAndRecords) {
  ScriptedTransport transport;
  http::Response first = JsonResponse(R"([{"id":"a"}])");
  first.headers.Add("X-Next-Page", "p2");
  transport.Enqueue(std::move(first));
  transport.EnqueueJson(R"([{"id":"b"}])");
  const auto puller = MakePuller(transport, R"(
      request { url: 'http://v.example/' }
      pagination { cursor { token { from: 'headers."x-next-page"' query_parameter: 'p' } } })");
  EXPECT_EQ(*PullIds(*puller), "a,b");
  EXPECT_EQ(transport.requests().at(1).url.query, "p=p2");
}

TEST_F(PagingPlacesTest, RulesSetParametersHeadersAndUrls) {
  const std::string list =
      "records: 'items' request { url: 'http://v.example/l' query { key: 'q' "
      "value: '1' } } pagination { advanced { rules { when: '!(response.next)' "
      "stop: true } rules { add { ";
  EXPECT_THAT(
      Requests(list + "query { key: 'after' value: 'response.next' } headers { key: 'X-Page' "
                      "value: 'page.number' } } } } }",
               {kFull, kNumber, kLast}),
      ElementsAre("/l?q=1", "/l?q=1&after=n%2F1 1", "/l?q=1&after=17 2"));
  EXPECT_THAT(
      Requests(list + "url: 'response.next' query { key: 'k' value: 'vars.k' } } } } } vars "
                      "{ key: 'k' value: 'v' }",
               {kFull, kLast}),
      ElementsAre("/l?q=1", "/n/1?k=v"));
}

TEST_F(PagingPlacesTest, SessionTokensStickAsValues) {
  EXPECT_THAT(Requests(R"(records: 'items'
                  request { url: 'http://v.example/' method: METHOD_POST omit_empty: true
                    body { struct_value {
                      fields { key: 'session' value { string_value: '{{page.values.session}}' } }
                      fields { key: 'page' value { string_value: '{{page.number}}' } } } } }
                  pagination { advanced {
                    rules { when: 'length(response.items) < `2`' stop: true }
                    rules { add { values {
                      key: 'session'
                      value: 'not_null(response.session, page.values.session)' } } } } })",
                       {R"({"items":[{"id":1},{"id":2}],"session":"s"})", kNumber, kLast}),
              ElementsAre(R"(/ {"page":1})", R"(/ {"page":2,"session":"s"})",
                          R"(/ {"page":3,"session":"s"})"));
}

struct MistakeCase {
  const char* name;
  const char* rest;
  const char* field;
};

TEST_F(PagingPlacesTest, WhatWouldAskForTheSamePageForEverIsRefused) {
  const MistakeCase cases[] = {
      {"Offset", "pagination { limit_offset { limit: 1 offset_parameter: '' } }",
       "pagination.limitOffset.offsetParameter"},
      {"Page", "pagination { limit_page { limit: 1 page_parameter: '' } }",
       "pagination.limitPage.pageParameter"},
      {"Token", "pagination { cursor { token { from: 'response.next' } } }",
       "pagination.cursor.token.queryParameter"},
      {"SignInByRule",
       "pagination { advanced { rules { add { headers { key: 'Authorization' value: 'response.a' } "
       "} } } }",
       "pagination.advanced.rules[0].add.headers.Authorization"},
  };
  for (const MistakeCase& test : cases) {
    const auto integration =
        ParseIntegration(std::string("request { url: 'http://v.example/' } ") + test.rest);
    const auto violations = base::FieldViolationsOf(ValidateIntegration(integration));
    ASSERT_EQ(violations.size(), 1U) << test.name;
    EXPECT_EQ(violations[0].field, test.field);
  }
}

TEST_F(PagingPlacesTest, ATokenWithoutAValueOnTheFirstPageIsFoundWhenSaved) {
  const auto integration = ParseIntegration(
      "request { url: 'http://v.example/' headers { key: 'X' value: '{{page.cursor}}' } } "
      "pagination { cursor { token { from: 'response.next' } } }");
  const auto violations = base::FieldViolationsOf(ValidateIntegration(integration));
  ASSERT_EQ(violations.size(), 1U);
  EXPECT_EQ(violations[0].field, "request.headers.X");
  EXPECT_THAT(violations[0].description, HasSubstr("default(page.cursor, '')"));
}

TEST_F(PagingPlacesTest, StatusesEndAWalk) {
  for (const int status : {204, 205, 404}) {
    ScriptedTransport transport;
    transport.EnqueueJson(R"([{"id":"a"}])");
    transport.EnqueueJson("gone", status);
    const auto puller = MakePuller(transport, R"(
        request { url: 'http://v.example/' }
        pagination { limit_page { limit: 1 } end_statuses: 404 })");
    EXPECT_EQ(*PullIds(*puller), "a") << status;
  }
  ScriptedTransport transport;
  transport.EnqueueJson("not found", 404);
  const auto empty = MakePuller(transport, R"(
      request { url: 'http://v.example/' }
      pagination { limit_page { limit: 1 } end_statuses: 404 })");
  EXPECT_EQ(*PullIds(*empty), "") << "on the first page: an empty list";
  ScriptedTransport other;
  other.EnqueueJson("x", 404);
  const auto refused = MakePuller(
      other, "request { url: 'http://v.example/' } pagination { limit_page { limit: 1 } }");
  EXPECT_EQ(base::ReasonOf(PullIds(*refused).status()), base::Reason::kVendorError);
}

TEST_F(PagingPlacesTest, ADoubtMakesTheRunPartialAndIsTold) {
  ScriptedTransport transport;
  transport.EnqueueJson(R"({"items":[{"id":1},{"id":2}],"total":9})");
  transport.EnqueueJson(R"({"items":[],"total":9})");
  const auto puller = MakePuller(transport, R"(
      request { url: 'http://v.example/' } records: 'items'
      pagination { limit_offset { limit: 2 } total: 'response.total' })");
  const auto first = puller->Next({});
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE((*first)->begins_list);
  EXPECT_FALSE((*first)->partial);
  const auto last = puller->Next({});
  ASSERT_TRUE(last.ok());
  EXPECT_FALSE((*last)->begins_list);
  EXPECT_TRUE((*last)->last);
  EXPECT_TRUE((*last)->partial);
  ASSERT_TRUE((*last)->doubt.has_value());
  EXPECT_EQ((*last)->doubt->reason, "LIST_INCOMPLETE");
  EXPECT_THAT((*last)->doubt->message, HasSubstr("declares 9 records"));
}

TEST_F(PagingPlacesTest, AnAutomaticWalkTellsHowItGoesOn) {
  ScriptedTransport transport;
  transport.EnqueueJson(R"({"items":[{"id":1}],"next_cursor":"c"})");
  transport.EnqueueJson(R"({"items":[{"id":2}]})");
  const auto puller = MakePuller(transport, R"(
      request { url: 'http://v.example/?cursor=' } records: 'items' pagination { automatic {} })");
  const auto first = puller->Next({});
  ASSERT_TRUE(first.ok()) << base::MessageOf(first.status());
  EXPECT_THAT((*first)->paging, HasSubstr("response.next_cursor"));
  const auto last = puller->Next({});
  ASSERT_TRUE(last.ok());
  EXPECT_EQ((*last)->paging, "");
  EXPECT_TRUE((*last)->last);
  EXPECT_EQ(transport.requests().at(1).url.query, "cursor=c");
}

TEST_F(PagingPlacesTest, TheVendorsWindowEndsTheRun) {
  ScriptedTransport transport;
  transport.EnqueueJson(R"({"items":[{"id":1},{"id":2}],"total":9})");
  const auto puller = MakePuller(transport, R"(
      request { url: 'http://v.example/' } records: 'items'
      pagination { limit_offset { limit: 2 } total: 'response.total' result_window: 8 })");
  EXPECT_EQ(base::ReasonOf(PullIds(*puller).status()), base::Reason::kResultWindowExceeded);
}

}  // namespace
}  // namespace syncline::pull
