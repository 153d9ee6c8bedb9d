// Whether the end of a walk is the list's, by the vendor's own words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paging/walk.h"
#include "tests/paging/walk_fixture.h"

namespace syncline::paging {
namespace {

struct DoubtCase {
  const char* name;
  const char* pagination;
  std::vector<std::string> pages;  // the last one ends the walk
  const char* doubt;               // part of the message, "" = none
};

void Check(const DoubtCase& test) {
  Walk walk = MakeWalk(test.pagination);
  for (std::size_t i = 0; i < test.pages.size(); ++i) {
    EXPECT_TRUE(walk.doubt().ok()) << test.name;
    const auto more = Feed(&walk, test.pages[i]);
    ASSERT_TRUE(more.ok()) << test.name << base::MessageOf(more.status());
    ASSERT_EQ(*more, i + 1 < test.pages.size()) << test.name;
  }
  EXPECT_EQ(walk.doubt().ok(), *test.doubt == '\0') << test.name;
  if (walk.doubt().ok()) return;
  EXPECT_EQ(base::ReasonOf(walk.doubt()), base::Reason::kListIncomplete);
  EXPECT_THAT(base::MessageOf(walk.doubt()), testing::HasSubstr(test.doubt)) << test.name;
}

TEST(WalkDoubt, IsOfAnEndThatTheVendorContradicts) {
  const DoubtCase cases[] = {
      {"Reached",
       "cursor { next_url: 'response.next' } total: 'response.total'",
       {Page(0, 2, R"("next":"/2","total":3)"), Page(2, 1, R"("total":3)")},
       ""},
      {"MoreThanDeclared",
       "cursor { next_url: 'response.next' } total: 'response.total'",
       {Page(0, 2, R"("next":"/2","total":3)"), Page(2, 2, R"("total":3)")},
       ""},
      {"FewerThanDeclared",
       "cursor { next_url: 'response.next' } total: 'response.total'",
       {Page(0, 2, R"("next":"/2","total":9)"), Page(2, 1, R"("total":9)")},
       "declares 9 records, and its pages held 3"},
      {"ToldOnTheFirstPageOnly",
       "cursor { next_url: 'response.next' } total: 'response.total'",
       {Page(0, 2, R"("next":"/2","total":9)"), Page(2, 1)},
       "declares 9 records"},
      {"TheNewestCounts",
       "cursor { next_url: 'response.next' } total: 'response.total'",
       {Page(0, 2, R"("next":"/2","total":9)"), Page(2, 1, R"("total":3)")},
       ""},
      {"EmptyPageTooEarly",
       "limit_offset { limit: 2 } total: 'response.total'",
       {Page(0, 2, R"("total":9)"), Page(2, 0, R"("total":9)")},
       "declares 9 records"},
      {"OneRequestForALargerList",
       "none {} total: 'response.total'",
       {Page(0, 2, R"("total":9)")},
       "declares 9 records"},
      {"NoTokenAlthoughMoreFollows",
       "cursor { token { from: 'response.next' query_parameter: 'c' } } has_more: 'response.more'",
       {Page(0, 2, R"("more":true)")},
       "says that more follows (response.more)"},
      {"EmptyAlthoughMoreFollows",
       "limit_offset { limit: 2 } has_more: 'response.more'",
       {Page(0, 2, R"("more":true)"), Page(2, 0, R"("more":true)")},
       "Page 2 says that more"},
      {"ShortByDefinition",
       "limit_offset { limit: 9 stop_on_short_page: true } has_more: 'response.more'",
       {Page(0, 2, R"("more":true)")},
       "says that more follows"},
  };
  for (const DoubtCase& test : cases) Check(test);
}

TEST(WalkDoubt, IsOfAnEndBeforeTheLastPageThatIsDeclared) {
  const DoubtCase cases[] = {
      {"AllPagesThatAreDeclared",
       "limit_page { limit: 2 page_count: 'response.pages' }",
       {Page(0, 2, R"("pages":2)"), Page(2, 1, R"("pages":2)")},
       ""},
      {"EmptyPageBeforeTheLastOneThatIsDeclared",
       "limit_page { limit: 2 page_count: 'response.pages' }",
       {Page(0, 2, R"("pages":10)"), Page(2, 2, R"("pages":10)"), Page(4, 0, R"("pages":10)")},
       "declares 10 pages, and the list ended with page 3."},
      {"PageCountOfTheFirstPageOnly",
       "limit_page { limit: 2 page_count: 'response.pages' }",
       {Page(0, 2, R"("pages":10)"), Page(2, 2), Page(4, 0)},
       "declares 10 pages, and the list ended with page 3."},
      {"TheNewestPageCountCounts",
       "limit_page { limit: 2 page_count: 'response.pages' }",
       {Page(0, 2, R"("pages":10)"), Page(2, 0, R"("pages":1)")},
       ""},
      {"TheNewestPageCountCountsWhereNoMoreFollows",
       "limit_page { limit: 2 page_count: 'response.pages' } has_more: 'response.more'",
       {Page(0, 2, R"("pages":10,"more":true)"), Page(2, 2, R"("pages":2,"more":false)")},
       ""},
      {"NoMoreFollowsAlthoughPagesAreDeclared",
       "limit_page { limit: 2 page_count: 'response.pages' } has_more: 'response.more'",
       {Page(0, 2, R"("pages":10,"more":false)")},
       "declares 10 pages, and the list ended with page 1."},
      {"ATotalThatIsThatOfThePage",
       "limit_page { limit: 2 page_count: 'response.pages' } total: 'response.total'",
       {Page(0, 2, R"("pages":10,"total":2)")},
       "declares 10 pages, and the list ended with page 1."},
      {"RecordsBeforePages",
       "limit_page { limit: 2 page_count: 'response.pages' } total: 'response.total'",
       {Page(0, 2, R"("pages":10,"total":20)"), Page(2, 0, R"("pages":10,"total":20)")},
       "declares 20 records, and its pages held 2"},
      {"PagesThatWereGuessedFromTheTotalAreNotDeclared",
       "limit_page { limit: 9 } total: 'response.total'",
       {Page(0, 2, R"("total":9)"), Page(2, 7, R"("total":9)")},
       ""},
  };
  for (const DoubtCase& test : cases) Check(test);
}

struct EndStatusCase {
  const char* name;
  std::vector<std::string> pages;  // before the one that there is not
  base::ErrorMetadata doubt;       // empty = none
};

TEST(WalkDoubt, IsOfAStatusThatEndsTheListBeforeItsLastPage) {
  const EndStatusCase cases[] = {
      {"NoPageCount", {Page(0, 2), Page(2, 2)}, {}},
      {"EmptyList", {}, {}},
      {"TooEarly",
       {Page(0, 2, R"("pages":10)"), Page(2, 2, R"("pages":10)")},
       {{"pages", "10"}, {"page", "2"}}},
      {"InPlaceOfTheLastPage",
       {Page(0, 2, R"("pages":3)"), Page(2, 2, R"("pages":3)")},
       {{"pages", "3"}, {"page", "2"}}},
      {"ZeroPagesAreNotTold",
       {Page(0, 2, R"("pages":9)"), Page(2, 2, R"("pages":0)")},
       {{"pages", "9"}, {"page", "2"}}},
  };
  for (const EndStatusCase& test : cases) {
    Walk walk = MakeWalk("limit_page { limit: 2 page_count: 'response.pages' } end_statuses: 404");
    for (const std::string& page : test.pages) ASSERT_TRUE(*Feed(&walk, page)) << test.name;
    const auto more = walk.Advance({.no_such_page = true});
    ASSERT_TRUE(more.ok()) << test.name << base::MessageOf(more.status());
    EXPECT_FALSE(*more) << test.name;
    ASSERT_EQ(walk.doubt().ok(), test.doubt.empty()) << test.name;
    if (walk.doubt().ok()) continue;
    EXPECT_EQ(base::ReasonOf(walk.doubt()), base::Reason::kListIncomplete);
    EXPECT_EQ(base::MetadataOf(walk.doubt()), test.doubt) << test.name;
  }
}

}  // namespace
}  // namespace syncline::paging
