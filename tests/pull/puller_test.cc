#include "pull/puller.h"

#include <gmock/gmock.h>

#include "tests/pull/puller_fixture.h"
#include "tests/support/scripted_transport.h"

namespace syncline::pull {
namespace {

using test::JsonResponse;
using test::ScriptedTransport;
using testing::HasSubstr;
using testing::Not;

constexpr char kPlain[] = "request { url: 'http://v.example/items' }";

TEST_F(PullerTest, OneRequestIsOnePage) {
  ScriptedTransport transport;
  transport.EnqueueJson(R"([{"id":"a"},{"id":"b"}])");
  const auto puller = MakePuller(transport, kPlain);
  const auto page = puller->Next({});
  ASSERT_TRUE(page.ok()) << base::MessageOf(page.status());
  ASSERT_TRUE(page->has_value());
  EXPECT_EQ((*page)->number, 1);
  EXPECT_EQ((*page)->records.size(), 2U);
  EXPECT_EQ((*page)->request_count, 1);
  EXPECT_EQ((*page)->response_bytes, 23);
  EXPECT_EQ((*page)->total_records, 0);
  EXPECT_TRUE((*page)->last);
  EXPECT_EQ((*page)->checkpoint, "");
  EXPECT_FALSE(puller->Next({})->has_value());
  const http::Request request = transport.requests().at(0);
  EXPECT_EQ(request.url.ToString(), "http://v.example/items");
  EXPECT_EQ(request.headers.Find("accept"), "application/json");
  EXPECT_EQ(request.headers.Find("user-agent"), "Syncline/test");
}

TEST_F(PullerTest, RendersTheRequestOfEveryPage) {
  SignFor({"v.example"});
  ScriptedTransport transport;
  transport.EnqueueJson(R"({"data":{"list":[{"id":"a"},{"id":"b"}]},"total":3})");
  transport.EnqueueJson(R"({"data":{"list":[{"id":"c"}]},"total":3})");
  const auto puller = MakePuller(transport, R"(
      request {
        method: METHOD_POST
        url: 'http://v.example/{{vars.region}}/items?fixed=1'
        query { key: 'filter' value: 'a&{{vars.region}}' }
        headers { key: 'X-Page' value: 'p{{page.number}} {{run.start_time}}' }
        body { struct_value { fields { key: 'at' value { string_value: '{{page.offset}}' } } } }
      }
      vars { key: 'region' value: 'eu/west' }
      records: 'data.list'
      pagination { limit_offset { limit: 2 } total: 'response.total' })");
  EXPECT_EQ(*PullIds(*puller), "a,b,c");
  const std::vector<http::Request> requests = transport.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[1].method, http::Method::kPost);
  EXPECT_EQ(requests[1].url.ToString(),
            "http://v.example/eu%2Fwest/items?fixed=1&filter=a%26eu%2Fwest&limit=2&offset=2");
  EXPECT_EQ(requests[1].headers.Find("X-Page"), "p2 2026-01-01T00:00:00Z");
  EXPECT_EQ(requests[1].headers.Find("Content-Type"), "application/json");
  EXPECT_EQ(requests[1].headers.Find("X-Key"), "sentinel");
  EXPECT_EQ(requests[0].body, R"({"at":0})");
  EXPECT_EQ(requests[1].body, R"({"at":2})");
}

TEST_F(PullerTest, SendsCookiesParametersAndGraphql) {
  ScriptedTransport transport;
  transport.EnqueueJson(R"({"data":{"items":[{"id":"a"}]}})");
  const auto puller = MakePuller(transport, R"text(
      request {
        url: 'http://v.example/graphql'
        cookies { key: 'tenant' value: '{{vars.tenant}}' }
        parameters { name: 'ids' list: "split(vars.ids, ',')" list_style: LIST_STYLE_COMMA }
        parameters { name: 'since' value: '{{vars.since}}' omit_if_empty: true }
        graphql {
          query: 'query($n: Int) { items(first: $n) { id } }'
          variables { fields { key: 'n' value { string_value: '{{page.number}}' } } }
        }
      }
      vars { key: 'tenant' value: 'acme' } vars { key: 'ids' value: '1,2' }
      records: 'data.items')text");
  EXPECT_EQ(*PullIds(*puller), "a");
  const http::Request request = transport.requests().at(0);
  EXPECT_EQ(request.method, http::Method::kPost);
  EXPECT_EQ(request.url.query, "ids=1,2");
  EXPECT_EQ(request.headers.Find("Cookie"), "tenant=acme");
  EXPECT_EQ(request.body,
            R"({"query":"query($n: Int) { items(first: $n) { id } }","variables":{"n":1}})");
}

TEST_F(PullerTest, FollowsNextLinksOfTheLinkHeader) {
  ScriptedTransport transport;
  http::Response first = JsonResponse(R"([{"id":"a"}])");
  first.headers.Add("Link", R"(<?page=0>; rel="prev", <../v2/items?page=2>; rel="next")");
  transport.Enqueue(std::move(first));
  transport.EnqueueJson(R"([{"id":"b"}])");
  const auto puller = MakePuller(transport, R"(
      request { url: 'http://v.example/v1/items' query { key: 'static' value: '1' } }
      pagination { cursor { next_url: 'links.next' limit: 5 limit_parameter: 'n' } })");
  EXPECT_EQ(*PullIds(*puller), "a,b");
  EXPECT_EQ(transport.requests().at(0).url.query, "static=1&n=5");
  EXPECT_EQ(transport.requests().at(1).url.ToString(), "http://v.example/v2/items?page=2");
}

TEST_F(PullerTest, TakesTheCursorFromTheLastRecord) {
  ScriptedTransport transport;
  transport.EnqueueJson(R"([{"id":"a"},{"id":"b"}])");
  transport.EnqueueJson(R"([{"id":"c"}])");
  transport.EnqueueJson(R"([])");
  const auto puller = MakePuller(transport, R"(
      request { url: 'http://v.example/' }
      pagination { cursor { token { from: 'last_record.id' query_parameter: 'after' } } })");
  EXPECT_EQ(*PullIds(*puller), "a,b,c");
  EXPECT_EQ(transport.requests().at(2).url.query, "after=c");
}

TEST_F(PullerTest, APageOutlivesItsPuller) {
  ScriptedTransport transport;
  transport.EnqueueJson(R"({"a":[{"n":1}],"b":[{"n":2}]})");
  auto puller = MakePuller(transport,
                           "request { url: 'http://v.example/' } "
                           "records: '[a, b, `[{\"n\": 3}]`][]'");
  const auto page = puller->Next({});
  puller.reset();
  ASSERT_TRUE(page.ok()) << base::MessageOf(page.status());
  EXPECT_EQ(expression::ToJson((*page)->records), R"([{"n":1},{"n":2},{"n":3}])");
}

TEST_F(PullerTest, ResumesAtTheNextPage) {
  const char* const integration = R"(
      request { url: 'http://v.example/' }
      pagination { limit_page { limit: 1 } })";
  ScriptedTransport transport;
  for (const char* id : {"a", "b", "c"}) {
    transport.EnqueueJson(std::string(R"([{"id":")") + id + R"("}])");
  }
  transport.EnqueueJson("[]");
  std::string checkpoint;
  for (int page = 0; page < 4; ++page) {
    const auto puller = MakePuller(transport, integration);
    ASSERT_TRUE(puller->Resume(page, checkpoint).ok());
    const auto next = puller->Next({});
    ASSERT_TRUE(next.ok()) << base::MessageOf(next.status());
    EXPECT_EQ((*next)->number, page + 1);
    EXPECT_EQ((*next)->last, page == 3);
    checkpoint = (*next)->checkpoint;
    EXPECT_EQ(transport.requests().back().url.query, "limit=1&page=" + std::to_string(page + 1));
  }
  const auto puller = MakePuller(transport, integration);
  ASSERT_TRUE(puller->Resume(4, checkpoint).ok());
  EXPECT_FALSE(puller->Next({})->has_value());
}

TEST_F(PullerTest, RefusesACheckpointThatDoesNotFit) {
  ScriptedTransport transport;
  transport.EnqueueJson(R"([{"id":"a"}])");
  const char* const integration =
      "request { url: 'http://v.example/' } pagination { limit_page { limit: 1 } }";
  const auto page = MakePuller(transport, integration)->Next({});
  const auto puller = MakePuller(transport, integration);
  EXPECT_FALSE(puller->Resume(7, (*page)->checkpoint).ok());
  EXPECT_FALSE(puller->Resume(1, "{}").ok());
  EXPECT_TRUE(puller->Resume(1, (*page)->checkpoint).ok());
}

TEST_F(PullerTest, StopsAtThePageLimit) {
  int id = 0;
  ScriptedTransport transport([&](const http::Request&) {
    return JsonResponse(R"([{"id":")" + std::to_string(id++) + R"("}])");
  });
  const auto puller = MakePuller(transport, R"(
      request { url: 'http://v.example/' }
      pagination { limit_page { limit: 1 } } limits { page_count_max: 3 })");
  EXPECT_EQ(base::ReasonOf(PullIds(*puller).status()), base::Reason::kPageLimitReached);
  EXPECT_EQ(transport.requests().size(), 3U);
}

TEST_F(PullerTest, RetriesAPageAndCountsIt) {
  ScriptedTransport transport;
  transport.EnqueueJson("{}", 503);
  transport.EnqueueJson(R"([{"id":"a"}])");
  const auto puller = MakePuller(transport, kPlain);
  const auto page = puller->Next({});
  ASSERT_TRUE(page.ok()) << base::MessageOf(page.status());
  EXPECT_EQ((*page)->request_count, 2);
  EXPECT_EQ(waits_.size(), 1U);
}

TEST_F(PullerTest, AFailedPageMayBeAskedForAgain) {
  ScriptedTransport transport;
  transport.EnqueueJson("nonsense");
  transport.EnqueueJson(R"([{"id":"a"}])");
  const auto puller = MakePuller(transport, kPlain);
  EXPECT_EQ(base::ReasonOf(puller->Next({}).status()), base::Reason::kJsonInvalid);
  EXPECT_EQ((*puller->Next({}))->number, 1);
}

TEST_F(PullerTest, SendsNoSecretToAnotherHost) {
  SignFor({"v.example"});
  ScriptedTransport transport;
  const auto puller = MakePuller(transport, "request { url: 'http://other.example/' }");
  EXPECT_EQ(base::ReasonOf(puller->Next({}).status()), base::Reason::kHostNotAllowed);
  EXPECT_TRUE(transport.requests().empty());
}

struct LinkCase {
  const char* url;
  const char* next;
  base::Reason expected;  // kInternal = followed
};

TEST_F(PullerTest, FollowsALinkOnlyWhereItMayLead) {
  SignFor({"v.example", "also.example"});
  const LinkCase cases[] = {
      {"http://v.example/", "/2", base::Reason::kInternal},
      {"http://v.example/", "http://also.example/2", base::Reason::kInternal},
      {"http://v.example/", "https://v.example/2", base::Reason::kInternal},
      {"http://v.example/", "http://evil.example/2", base::Reason::kHostNotAllowed},
      {"http://v.example/", "//evil.example/2", base::Reason::kHostNotAllowed},
      {"https://v.example/", "http://v.example/2", base::Reason::kHostNotAllowed},
      {"http://v.example/", "http://v.example@evil.example/", base::Reason::kUrlInvalid},
      {"http://v.example/", "file:///etc/passwd", base::Reason::kUrlInvalid},
  };
  for (const auto& [url, next, expected] : cases) {
    ScriptedTransport transport;
    transport.EnqueueJson(std::string(R"({"items":[{"id":"a"}],"next":")") + next + R"("})");
    const auto puller = MakePuller(
        transport, std::string("request { url: '") + url +
                       "' } records: 'items' pagination { cursor { next_url: 'response.next' } }");
    const auto page = puller->Next({});
    EXPECT_EQ(page.ok(), expected == base::Reason::kInternal) << next;
    if (!page.ok()) {
      EXPECT_EQ(base::ReasonOf(page.status()), expected) << next;
    }
  }
}

TEST_F(PullerTest, WithoutACredentialLinksStayOnTheirOrigin) {
  ScriptedTransport transport;
  transport.EnqueueJson(R"({"items":[{"id":"a"}],"next":"http://other.example/"})");
  const auto puller = MakePuller(transport, R"(
      request { url: 'http://v.example/' } records: 'items'
      pagination { cursor { next_url: 'response.next' } })");
  EXPECT_EQ(base::ReasonOf(puller->Next({}).status()), base::Reason::kHostNotAllowed);
}

TEST_F(PullerTest, AnEchoedTokenIsNotInTheCheckpoint) {
  v1::Credential credential;
  credential.add_allowed_hosts("v.example");
  credential.mutable_api_token()->set_query("key");
  auth::SecretMap secrets;
  secrets.emplace("api_token.token", secret::Secret("sentinel"));
  ScriptedTransport transport;
  transport.EnqueueJson(R"({"items":[{"id":"a"}],"next":"/?p=2&key=sentinel"})");
  transport.EnqueueJson(R"({"items":[{"id":"b"}]})");
  const auto puller = Puller::Make(
      {.integration = ParseIntegration("request { url: 'http://v.example/' } records: 'items' "
                                       "pagination { cursor { next_url: 'response.next' } }"),
       .authenticator = *auth::MakeAuthenticator(
           credential, secrets, {.transport = transport, .clock = clock_, .random = random_}),
       .transport = transport,
       .clock = clock_,
       .random = random_,
       .run_start = clock_.Now()});
  const auto page = (*puller)->Next({});
  ASSERT_TRUE(page.ok()) << base::MessageOf(page.status());
  EXPECT_THAT((*page)->checkpoint, Not(HasSubstr("sentinel")));
  ASSERT_TRUE((*puller)->Next({}).ok());
  EXPECT_EQ(transport.requests().at(1).url.query, "p=2&key=sentinel");
}

}  // namespace
}  // namespace syncline::pull
