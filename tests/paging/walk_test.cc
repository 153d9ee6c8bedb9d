#include "paging/walk.h"

#include <gmock/gmock.h>

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
        WalkCase{"ACursorMayBringAnEmptyPage",
                 "cursor { next_url: 'response.next' }",
                 {{"", Page(0, 0, "\"next\":\"/2\"")},
                  {"http://vendor.example/2", Page(0, 0, "\"next\":\"/3\"")},
                  {"http://vendor.example/3", Page(0, 1), false}}}),
    [](const auto& test) { return test.param.name; });

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

TEST(Walk, ContinuesFromItsCheckpointAsIfItHadNeverStopped) {
  const char* const pagination =
      "cursor { token { from: 'response.next' query_parameter: 'after' } } total: 'response.total'";
  Walk original = MakeWalk(pagination);
  for (int page = 0; page < 5; ++page) {
    ASSERT_TRUE(
        *Feed(&original,
              Page(10 * page, 2, "\"total\":99,\"next\":\"\\\"t" + std::to_string(page) + "\"")));
  }
  Walk resumed = MakeWalk(pagination);
  ASSERT_TRUE(resumed.Restore(original.Checkpoint()).ok());
  EXPECT_EQ(Ask(resumed), "after=\"t4");
  EXPECT_EQ(resumed.page_number(), 6);
  EXPECT_EQ(resumed.records(), 10);
  EXPECT_EQ(resumed.total(), 99);
  EXPECT_EQ(resumed.Checkpoint(), original.Checkpoint());
  // It remembers the page before the stop.
  const auto more = Feed(&resumed, Page(40, 2, "\"next\":\"u\""));
  EXPECT_EQ(base::ReasonOf(more.status()), base::Reason::kPaginationLoop);
}

TEST(Walk, RefusesAForeignCheckpoint) {
  Walk walk = MakeWalk("none {}");
  for (const char* text :
       {"", "{}", "[]", "nonsense", R"({"index":1})", R"({"index":-1,"offset":0,"records":0})"}) {
    EXPECT_EQ(base::ReasonOf(walk.Restore(text)), base::Reason::kInternal) << text;
  }
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
