#include "paging/walk.h"

#include <gmock/gmock.h>

#include "paging/result_window.h"
#include "tests/paging/walk_fixture.h"

namespace syncline::paging {
namespace {

using testing::ElementsAre;

struct Step {
  std::string ask;       // what the walk asks for
  std::string response;  // what it gets
  bool more = true;      // whether it goes on
};

struct WalkCase {
  const char* name;
  const char* pagination;
  std::vector<Step> steps;
};

class WalkTable : public testing::TestWithParam<WalkCase> {};

TEST_P(WalkTable, AsksForEachPageOnceAndEnds) {
  Walk walk = MakeWalk(GetParam().pagination);
  for (const Step& step : GetParam().steps) {
    EXPECT_EQ(Ask(walk), step.ask);
    const auto more = Feed(&walk, step.response);
    ASSERT_TRUE(more.ok()) << base::MessageOf(more.status());
    EXPECT_EQ(*more, step.more) << step.ask;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, WalkTable,
    testing::Values(
        WalkCase{"None", "none {}", {{"", Page(0, 5), false}}},
        WalkCase{"OffsetEndsOnAShortPage",
                 "limit_offset { limit: 2 }",
                 {{"limit=2&offset=0", Page(0, 2)}, {"limit=2&offset=2", Page(2, 1), false}}},
        WalkCase{"OffsetEndsOnAnEmptyPage",
                 "limit_offset { limit: 2 limit_parameter: 'n' offset_parameter: 'skip' "
                 "first_offset: 1 }",
                 {{"n=2&skip=1", Page(0, 2)}, {"n=2&skip=3", Page(0, 0), false}}},
        WalkCase{
            "OffsetGoesOnWhenShortPagesAreNormal",
            "limit_offset { limit: 100 stop_on_short_page: false limit_parameter: '' }",
            {{"offset=0", Page(0, 2)}, {"offset=2", Page(2, 1)}, {"offset=3", Page(0, 0), false}}},
        WalkCase{"OffsetEndsAtTheTotal",
                 "limit_offset { limit: 2 } total: 'response.total'",
                 {{"limit=2&offset=0", Page(0, 2, "\"total\":4")},
                  {"limit=2&offset=2", Page(2, 2, "\"total\":4"), false}}},
        WalkCase{"ALargerTotalOverrulesAShortPage",
                 "limit_offset { limit: 100 } total: 'response.total'",
                 {{"limit=100&offset=0", Page(0, 2, "\"total\":\"3\"")},
                  {"limit=100&offset=2", Page(2, 1, "\"total\":\"3\""), false}}},
        WalkCase{"ATotalOfZeroOrNullIsUnknown",
                 "limit_offset { limit: 2 } total: 'response.total'",
                 {{"limit=2&offset=0", Page(0, 2, "\"total\":0")},
                  {"limit=2&offset=2", Page(2, 2, "\"total\":-1")},
                  {"limit=2&offset=4", Page(4, 1, "\"total\":null"), false}}},
        WalkCase{"PageEndsOnAShortPage",
                 "limit_page { limit: 2 }",
                 {{"limit=2&page=1", Page(0, 2)}, {"limit=2&page=2", Page(2, 1), false}}},
        WalkCase{"PageMayBeginAtZero",
                 "limit_page { limit: 2 first_page: 0 page_parameter: 'p' }",
                 {{"limit=2&p=0", Page(0, 2)}, {"limit=2&p=1", Page(0, 0), false}}},
        WalkCase{"PageEndsAfterPageCount",
                 "limit_page { limit: 2 first_page: 0 page_count: 'response.pages' }",
                 {{"limit=2&page=0", Page(0, 2, "\"pages\":2")},
                  {"limit=2&page=1", Page(2, 2, "\"pages\":2"), false}}},
        WalkCase{"PageCountOverrulesAShortPage",
                 "limit_page { limit: 9 page_count: 'response.pages' }",
                 {{"limit=9&page=1", Page(0, 2, "\"pages\":2")},
                  {"limit=9&page=2", Page(2, 2, "\"pages\":2"), false}}},
        WalkCase{"PageCountOfOne",
                 "limit_page { limit: 2 page_count: 'response.pages' }",
                 {{"limit=2&page=1", Page(0, 2, "\"pages\":1"), false}}},
        WalkCase{"TokenEndsOnNull",
                 "cursor { token { from: 'response.next' query_parameter: 'after' } "
                 "limit: 2 limit_parameter: 'n' }",
                 {{"n=2", Page(0, 2, "\"next\":\"a b\"")},
                  {"n=2&after=a b", Page(2, 1, "\"next\":17")},
                  {"n=2&after=17", Page(3, 2, "\"next\":null"), false}}},
        WalkCase{"TokenEndsOnAnEmptyString",
                 "cursor { token { from: 'response.next' query_parameter: 'after' } }",
                 {{"", Page(0, 2, "\"next\":\"\""), false}}},
        WalkCase{"TokenEndsOnFalse",
                 "cursor { token { from: 'response.more && response.next' "
                 "query_parameter: 'after' } }",
                 {{"", Page(0, 2, "\"more\":true,\"next\":\"x\"")},
                  {"after=x", Page(2, 2, "\"more\":false,\"next\":\"y\""), false}}},
        WalkCase{"NextUrlIsUsedAsItIs",
                 "cursor { next_url: 'response.next' limit: 2 limit_parameter: 'n' }",
                 {{"n=2", Page(0, 2, "\"next\":\"/p2?n=2\"")},
                  {"http://vendor.example/p2?n=2", Page(2, 2), false}}},
        WalkCase{"OffsetBySteps",
                 "limit_offset { limit: 2 step: 10 first_offset: 5 }",
                 {{"limit=2&offset=5", Page(0, 2)},
                  {"limit=2&offset=15", Page(2, 2)},
                  {"limit=2&offset=25", Page(4, 0), false}}},
        WalkCase{"PageBySteps",
                 "limit_page { limit: 2 first_page: 0 step: 2 page_parameter: 'startRow' }",
                 {{"limit=2&startRow=0", Page(0, 2)},
                  {"limit=2&startRow=2", Page(2, 2)},
                  {"limit=2&startRow=4", Page(4, 1), false}}},
        WalkCase{"HasMoreEndsAFullPage",
                 "limit_offset { limit: 2 } has_more: 'response.more'",
                 {{"limit=2&offset=0", Page(0, 2, "\"more\":true")},
                  {"limit=2&offset=2", Page(2, 2, "\"more\":false"), false}}},
        WalkCase{"HasMoreOverrulesAShortPage",
                 "limit_page { limit: 9 } has_more: 'response.more'",
                 {{"limit=9&page=1", Page(0, 2, "\"more\":1")},
                  {"limit=9&page=2", Page(2, 2, "\"more\":\"yes\"")},
                  {"limit=9&page=3", Page(4, 2, "\"more\":0"), false}}},
        WalkCase{"HasMoreEndsACursorThatGoesOn",
                 "cursor { token { from: 'response.next' query_parameter: 'c' } } "
                 "has_more: 'response.more'",
                 {{"", Page(0, 2, "\"more\":true,\"next\":\"a\"")},
                  {"c=a", Page(2, 2, "\"more\":\"\",\"next\":\"b\""), false}}},
        WalkCase{"HasMoreThatIsAbsentEnds",
                 "limit_page { limit: 2 } has_more: 'response.more'",
                 {{"limit=2&page=1", Page(0, 2), false}}},
        WalkCase{"TokenOfTheFirstRequest",
                 "cursor { token { from: 'response.next' query_parameter: 'c' first: '*' } }",
                 {{"c=*", Page(0, 2, "\"next\":\"b\"")}, {"c=b", Page(2, 2), false}}},
        WalkCase{"ATokenForTemplatesIsSentNowhereElse",
                 "cursor { token { from: 'response.next' } }",
                 {{"", Page(0, 2, "\"next\":\"b\"")}, {"", Page(2, 2), false}}},
        WalkCase{"TokenOfAHeader",
                 "cursor { token { from: 'headers.\"x-total\"' query_parameter: 'c' } } "
                 "has_more: 'response.more'",
                 {{"", Page(0, 2, "\"more\":true")}, {"c=7", Page(2, 2), false}}},
        WalkCase{"ACursorMayBringAnEmptyPage",
                 "cursor { next_url: 'response.next' }",
                 {{"", Page(0, 0, "\"next\":\"/2\"")},
                  {"http://vendor.example/2", Page(0, 0, "\"next\":\"/3\"")},
                  {"http://vendor.example/3", Page(0, 1), false}}}),
    [](const auto& test) { return test.param.name; });

TEST(Walk, OffersTheTokenToTemplatesAsItCame) {
  Walk walk = MakeWalk("cursor { token { from: 'response.next' first: 'start' } }");
  EXPECT_EQ(Beside(walk), "cursor=start");
  ASSERT_TRUE(*Feed(&walk, Page(0, 2, "\"next\":\"007\"")));
  EXPECT_EQ(Beside(walk), "cursor=007");
  ASSERT_TRUE(*Feed(&walk, Page(2, 2, "\"next\":7")));
  EXPECT_EQ(Beside(walk), "cursor=#7");
}

TEST(Walk, EndsWhereTheStatusSaysSo) {
  const v1::Pagination pagination =
      ParsePagination("limit_page { limit: 2 } end_statuses: 404 end_statuses: 400");
  const auto compiled = CompiledPagination::Compile(pagination);
  ASSERT_TRUE(compiled.ok());
  for (const auto& [status, ends] :
       {std::pair(204, true), std::pair(205, true), std::pair(404, true), std::pair(400, true),
        std::pair(410, false), std::pair(200, false)}) {
    EXPECT_EQ((*compiled)->EndsAt(status), ends) << status;
  }
  // Whatever the kind, and although nothing in the empty body says that it is the last page.
  for (const char* text :
       {"limit_page { limit: 2 }", "advanced { rules { add { query { key: 'a' value: '`1`' } } } }",
        "cursor { token { from: 'page.number' query_parameter: 'a' } }"}) {
    Walk walk = MakeWalk(text);
    ASSERT_TRUE(*Feed(&walk, Page(0, 2)));
    const auto more = walk.Advance({.no_such_page = true});
    ASSERT_TRUE(more.ok()) << base::MessageOf(more.status());
    EXPECT_FALSE(*more) << text;
    EXPECT_TRUE(walk.doubt().ok());
  }
}

TEST(Walk, MeetsTheVendorsWindow) {
  const std::string pagination =
      "limit_offset { limit: 2 } total: 'response.total' result_window: 4";
  Walk declared = MakeWalk(pagination);
  const auto first = Feed(&declared, Page(0, 2, "\"total\":5"));
  ASSERT_TRUE(IsResultWindowExceeded(first.status()));
  EXPECT_EQ(base::MetadataOf(first.status()),
            (base::ErrorMetadata{{"window", "4"}, {"seen", "2"}, {"total", "5"}}));
  Walk fits = MakeWalk(pagination);
  ASSERT_TRUE(*Feed(&fits, Page(0, 2, "\"total\":3")));
  EXPECT_FALSE(*Feed(&fits, Page(2, 1, "\"total\":3")));
  Walk silent = MakeWalk(pagination);
  ASSERT_TRUE(*Feed(&silent, Page(0, 2)));
  // So many came, and whether more stand behind them cannot be known.
  EXPECT_TRUE(IsResultWindowExceeded(Feed(&silent, Page(2, 2)).status()));
  EXPECT_EQ(silent.page_number(), 2) << "it stands where it stood";
}

// "offset=2 offset=4 …", what is expected to be asked for behind the page where the walk stands.
std::string AheadOf(const Walk& walk, std::size_t count) {
  std::string text;
  for (const PageRequest& request : walk.Ahead(count)) {
    text += (text.empty() ? "" : " ") + request.query.back().second;
  }
  return text;
}

TEST(Walk, TellsWhichPagesComeNext) {
  Walk offset = MakeWalk("limit_offset { limit: 9 } total: 'response.total'");
  EXPECT_EQ(AheadOf(offset, 5), "") << "the first page tells how many there are";
  ASSERT_TRUE(*Feed(&offset, Page(0, 3, "\"total\":11")));  // the vendor caps its pages at 3
  EXPECT_EQ(Ask(offset), "limit=9&offset=3");
  EXPECT_EQ(AheadOf(offset, 5), "6 9");
  EXPECT_EQ(AheadOf(offset, 1), "6");
  ASSERT_TRUE(*Feed(&offset, Page(3, 3, "\"total\":11")));
  EXPECT_EQ(AheadOf(offset, 5), "9");

  Walk page = MakeWalk("limit_page { limit: 2 page_count: 'response.pages' first_page: 0 }");
  ASSERT_TRUE(*Feed(&page, Page(0, 2, "\"pages\":4")));
  EXPECT_EQ(Ask(page), "limit=2&page=1");
  EXPECT_EQ(AheadOf(page, 5), "2 3");

  Walk cursor = MakeWalk("cursor { token { from: 'response.next' query_parameter: 'c' } }");
  ASSERT_TRUE(*Feed(&cursor, Page(0, 2, "\"next\":\"a\"")));
  EXPECT_EQ(AheadOf(cursor, 5), "");
}

TEST(Walk, IsAheadOfItselfOnlyWhenPagesAreFull) {
  Walk walk = MakeWalk("limit_offset { limit: 2 } total: 'response.total'");
  ASSERT_TRUE(*Feed(&walk, Page(0, 2, "\"total\":9")));
  const PageRequest expected = walk.Ahead(1).front();
  Walk full = MakeWalk("limit_offset { limit: 2 } total: 'response.total'");
  ASSERT_TRUE(full.Restore(walk.Checkpoint()).ok());
  ASSERT_TRUE(*Feed(&full, Page(2, 2, "\"total\":9")));
  EXPECT_EQ(full.request(), expected);
  ASSERT_TRUE(*Feed(&walk, Page(2, 1, "\"total\":9")));
  EXPECT_NE(walk.request(), expected) << "a page came short: the next one begins behind it";
}

TEST(Walk, StopsGuessingWhereGuessesAreInVain) {
  Walk offset = MakeWalk("limit_offset { limit: 3 } total: 'response.total'");
  ASSERT_TRUE(*Feed(&offset, Page(0, 3, "\"total\":99")));
  int at = 3;
  for (int miss = 0; miss < Walk::kMissesMax; ++miss) {
    EXPECT_EQ(offset.Ahead(2).size(), 2U) << miss;
    const int count = miss % 2 == 0 ? 2 : 3;
    ASSERT_TRUE(*Feed(&offset, Page(at, count, "\"total\":99")));
    at += count;
  }
  EXPECT_TRUE(offset.Ahead(2).empty());

  // Page numbers and steps are what they are, however thin the pages.
  for (const char* text : {"limit_page { limit: 3 page_count: 'response.pages' }",
                           "limit_offset { limit: 3 step: 3 } total: 'response.total'"}) {
    Walk steady = MakeWalk(text);
    for (int page = 0; page < 6; ++page) {
      ASSERT_TRUE(*Feed(&steady, Page(3 * page, 1 + page % 2, R"("pages":50,"total":99)")));
      EXPECT_EQ(steady.Ahead(2).size(), 2U) << text;
    }
  }
}

TEST(Walk, TellsWhereItStands) {
  Walk walk = MakeWalk("limit_page { limit: 2 first_page: 0 } total: 'headers.\"x-total\"'");
  ASSERT_TRUE(*Feed(&walk, Page(0, 2)));
  EXPECT_EQ(walk.page_number(), 2);
  EXPECT_EQ(walk.records(), 2);
  EXPECT_EQ(walk.total(), 7);
  const PageScope scope = walk.request().scope;
  EXPECT_EQ(scope.index, 1);
  EXPECT_EQ(scope.number, 1);
  EXPECT_EQ(scope.offset, 2);
  EXPECT_EQ(scope.size, 2);
}

TEST(Walk, NamesACountThatIsNone) {
  for (const char* total : {"\"many\"", "1.5", "[1]", "true"}) {
    Walk walk = MakeWalk("limit_offset { limit: 2 } total: 'response.total'");
    const auto more = Feed(&walk, Page(0, 2, std::string("\"total\":") + total));
    EXPECT_EQ(base::ReasonOf(more.status()), base::Reason::kExpressionFailed) << total;
  }
}

TEST(Walk, NamesACursorThatIsNoText) {
  for (const char* next : {"true", "[1]", "{}", "12"}) {
    Walk walk = MakeWalk("cursor { next_url: 'response.next' }");
    const auto more = Feed(&walk, Page(0, 2, std::string("\"next\":") + next));
    EXPECT_EQ(base::ReasonOf(more.status()), base::Reason::kExpressionFailed) << next;
  }
}

TEST(Walk, BoundsATokensLength) {
  Walk walk = MakeWalk("cursor { token { from: 'response.next' query_parameter: 'a' } }");
  const auto more = Feed(&walk, Page(0, 1, "\"next\":\"" + std::string(8193, 'x') + "\""));
  EXPECT_EQ(base::ReasonOf(more.status()), base::Reason::kVendorError);
}

TEST(Walk, StaysWhereItStoodAfterAnError) {
  Walk walk = MakeWalk("limit_offset { limit: 2 }");
  ASSERT_TRUE(*Feed(&walk, Page(0, 2)));
  const std::string before = walk.Checkpoint();
  EXPECT_FALSE(Feed(&walk, Page(0, 2)).ok());
  EXPECT_EQ(walk.Checkpoint(), before);
}

}  // namespace
}  // namespace syncline::paging
