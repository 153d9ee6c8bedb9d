#include "paging/proposal.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>

#include "paging/make_paginator.h"
#include "tests/paging/walk_fixture.h"

namespace syncline::paging {
namespace {

using testing::HasSubstr;

struct ProposalCase {
  const char* name;
  const char* asked;       // query of the first request
  std::string answer;      // {"response": …, "links": …}
  const char* pagination;  // what is proposed
  const char* reason;      // part of it
};

class ProposalTable : public testing::TestWithParam<ProposalCase> {};

TEST_P(ProposalTable, SaysHowToGoOnAndWhy) {
  const auto document = json::Document::Parse(GetParam().answer);
  ASSERT_TRUE(document.ok()) << GetParam().answer;
  const expression::Value scope((*document)->root());
  const auto asked = http::Url::Parse(std::string("http://v.example/list?") + GetParam().asked);
  ASSERT_TRUE(asked.ok());
  const Proposal proposal =
      Propose({.asked = *asked, .scope = scope, .records = scope.Find("response").Find("items")});
  const v1::Pagination expected = ParsePagination(GetParam().pagination);
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(proposal.pagination, expected))
      << proposal.pagination.ShortDebugString();
  EXPECT_THAT(proposal.reason, HasSubstr(GetParam().reason));
  EXPECT_TRUE(ValidatePagination(proposal.pagination, {}).ok());
  const auto back = ReadProposed(WriteProposed(proposal), proposal.reason);
  ASSERT_TRUE(back.ok());
  EXPECT_TRUE(
      google::protobuf::util::MessageDifferencer::Equals(back->pagination, proposal.pagination));
  EXPECT_EQ(back->reason, proposal.reason);
}

std::string Answer(const std::string& members, int records = 2) {
  return R"({"response":)" + Page(0, records, members) + "}";
}

INSTANTIATE_TEST_SUITE_P(
    Links, ProposalTable,
    testing::Values(
        ProposalCase{"LinkHeader", "", R"({"response":[1],"links":{"next":"http://v.example/2"}})",
                     "cursor { next_url: 'links.next' }", "Link header"},
        ProposalCase{"LinkHeaderFirst", "page=1",
                     R"({"response":{"next":"/3","total_pages":3},"links":{"next":"/2"}})",
                     "cursor { next_url: 'links.next' }", "Link header"},
        ProposalCase{"NextMember", "", Answer(R"("next":"http://v.example/2")"),
                     "cursor { next_url: 'response.next' }", "response.next holds the URL"},
        ProposalCase{"NextLinkOfOdata", "", Answer(R"("@odata.nextLink":"/2")"),
                     R"(cursor { next_url: 'response."@odata.nextLink"' })", "nextLink"},
        ProposalCase{"NestedLink", "", Answer(R"("_links":{"next":{"href":"?page=2"}})"),
                     "cursor { next_url: 'response._links.next.href' }", "_links.next.href"},
        ProposalCase{"LinkBeforeToken", "", Answer(R"("next_cursor":"x","meta":{"next":"/2"})"),
                     "cursor { next_url: 'response.meta.next' }", "holds the URL"},
        ProposalCase{"ALinkThatIsNull", "", Answer(R"("next":null)"), "none {}", "one page"},
        ProposalCase{"ALinkToNowhere", "", Answer(R"("next":"http://:/")"), "none {}", "one page"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Tokens, ProposalTable,
    testing::Values(
        ProposalCase{"NamedAfterItself", "", Answer(R"("next_cursor":"abc")"),
                     "cursor { token { from: 'response.next_cursor' query_parameter: 'cursor' } }",
                     "'cursor' of that name"},
        ProposalCase{
            "SpelledAsItWasSent", "Page_Token=", Answer(R"("nextPageToken":"abc")"),
            "cursor { token { from: 'response.nextPageToken' query_parameter: 'Page_Token' } }",
            "'Page_Token' of the request"},
        ProposalCase{
            "InsideAHolder", "", Answer(R"("response_metadata":{"next_cursor":"abc"})"),
            "cursor { token { from: 'response.response_metadata.next_cursor' query_parameter: "
            "'cursor' } }",
            "response_metadata"},
        ProposalCase{"After", "", Answer(R"("paging":{"next":{"after":"20"}})"),
                     "cursor { token { from: 'response.paging.next.after' query_parameter: "
                     "'after' } }",
                     "after"},
        ProposalCase{"NumberOfTheNextPage", "page=1", Answer(R"("next_page":2)"),
                     "cursor { token { from: 'response.next_page' query_parameter: 'page' } }",
                     "'page' of the request"},
        ProposalCase{"AVagueNameOnlyWhenSent", "", Answer(R"("cursor":"abc")"), "none {}",
                     "one page"},
        ProposalCase{"AVagueNameThatWasSent", "cursor=", Answer(R"("cursor":"abc")"),
                     "cursor { token { from: 'response.cursor' query_parameter: 'cursor' } }",
                     "of the request"},
        ProposalCase{"AnEmptyToken", "", Answer(R"("next_cursor":"")"), "none {}", "one page"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    FlagsAndCounts, ProposalTable,
    testing::Values(
        ProposalCase{
            "FlagAndSentPage", "page=0&per_page=50", Answer(R"("has_more":true)"),
            "limit_page { limit: 50 limit_parameter: '' page_parameter: 'page' first_page: "
            "0 } has_more: 'response.has_more'",
            "says that more follows"},
        ProposalCase{"FlagAndSentOffset", "offset=10", Answer(R"("meta":{"hasMore":true})"),
                     "limit_offset { limit: 2 limit_parameter: '' offset_parameter: 'offset' "
                     "first_offset: 10 } has_more: 'response.meta.hasMore'",
                     "'offset' counts"},
        ProposalCase{
            "FlagOfTheLast", "", Answer(R"("last":false,"number":0,"pageSize":20)"),
            "limit_page { limit: 20 limit_parameter: '' page_parameter: 'page' first_page: "
            "0 } has_more: '!(response.last)'",
            "says that more follows"},
        ProposalCase{"FlagThatEnds", "page=1", Answer(R"("has_more":false)"), "none {}",
                     "nothing follows"},
        ProposalCase{"FlagWithoutACounter", "", Answer(R"("has_more":true)"), "none {}",
                     "one page"},
        ProposalCase{"PageAndCount", "", Answer(R"("page":1,"total_pages":7)"),
                     "limit_page { limit: 2 limit_parameter: '' page_parameter: 'page' first_page: "
                     "1 page_count: 'response.total_pages' }",
                     "tells the number of pages"},
        ProposalCase{"OffsetAndTotal", "", Answer(R"("offset":0,"limit":2,"total":9)"),
                     "limit_offset { limit: 2 limit_parameter: '' offset_parameter: 'offset' "
                     "first_offset: 0 } total: 'response.total'",
                     "tells the number of records"},
        ProposalCase{"ATotalThatIsAllThereIs", "offset=0", Answer(R"("total":2)"), "none {}",
                     "one page"},
        ProposalCase{"ADateIsNoOffset", "from=2024-01-01", Answer(R"("total":9)"), "none {}",
                     "one page"},
        ProposalCase{"AListAlone", "", R"({"response":[1,2,3]})", "none {}", "one page"},
        ProposalCase{"NoRecords", "page=1", R"({"response":{"total_pages":3}})",
                     "limit_page { limit: 1 limit_parameter: '' page_parameter: 'page' first_page: "
                     "1 page_count: 'response.total_pages' }",
                     "number of pages"}),
    [](const auto& test) { return test.param.name; });

TEST(Proposal, DoesNotGuessWhereInABodyATokenGoes) {
  const auto document = json::Document::Parse(Answer(R"("next_cursor":"x","has_more":true)"));
  const expression::Value scope((*document)->root());
  const auto asked = http::Url::Parse("http://v.example/?page=1");
  const Proposal proposal = Propose({.asked = *asked, .scope = scope, .has_body = true});
  EXPECT_TRUE(proposal.pagination.has_none());
  EXPECT_THAT(proposal.reason, HasSubstr("Where in a body"));
}

TEST(Proposal, TextOfSomebodyElseIsRefused) {
  EXPECT_EQ(base::ReasonOf(ReadProposed("nonsense", "").status()), base::Reason::kInternal);
}

TEST(Automatic, GoesOnAsTheFirstAnswerSays) {
  const struct {
    const char* first;
    const char* second;
    const char* reason;
  } cases[] = {
      {R"("next":"/2")", "http://vendor.example/2", "response.next"},
      {R"("next_cursor":"c")", "cursor=c", "next_cursor"},
      {R"("has_more":true,"page":1)", "page=2", "has_more"},
      {R"("last":false,"number":0)", "page=1", "last"},
      {R"("offset":0,"total":9)", "offset=2", "total"},
  };
  for (const auto& [first, second, reason] : cases) {
    Walk walk = MakeWalk("automatic {} end_statuses: 404");
    EXPECT_EQ(Ask(walk), "");
    EXPECT_FALSE(walk.proposal().has_value());
    ASSERT_TRUE(*Feed(&walk, Page(0, 2, first))) << first;
    EXPECT_EQ(Ask(walk), second);
    ASSERT_TRUE(walk.proposal().has_value());
    EXPECT_THAT(walk.proposal()->reason, HasSubstr(reason));
    EXPECT_EQ(walk.proposal()->pagination.end_statuses_size(), 1) << "what was said stays";
  }
}

TEST(Automatic, AListThatShowsNothingIsOnePage) {
  Walk walk = MakeWalk("automatic {}");
  EXPECT_FALSE(*Feed(&walk, Page(0, 2)));
  EXPECT_THAT(walk.proposal()->reason, HasSubstr("one page"));
}

TEST(Automatic, ChoosesAnewAfterAnError) {
  Walk walk = MakeWalk("automatic {}");
  // The link leads where it must not: the page may be asked for again.
  const auto document = json::Document::Parse(Answer(R"("next":"/2")"));
  const expression::Value scope((*document)->root());
  const auto refused =
      walk.Advance({.records = scope.Find("response").Find("items"),
                    .scope = scope,
                    .resolve = [](std::string_view) -> absl::StatusOr<std::string> {
                      return base::Error(base::Reason::kHostNotAllowed, "no");
                    },
                    .asked = *http::Url::Parse("http://v.example/")});
  EXPECT_EQ(base::ReasonOf(refused.status()), base::Reason::kHostNotAllowed);
  EXPECT_FALSE(walk.proposal().has_value());
  ASSERT_TRUE(*Feed(&walk, Page(0, 2, R"("next_cursor":"c")")));
  EXPECT_EQ(Ask(walk), "cursor=c");
}

}  // namespace
}  // namespace syncline::paging
