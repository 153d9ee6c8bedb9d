#include "paging/advanced_paginator.h"

#include <gmock/gmock.h>

#include "tests/paging/walk_fixture.h"

namespace syncline::paging {
namespace {

using testing::HasSubstr;

struct Step {
  std::string response;
  bool more = true;
  std::string ask;     // the request after it
  std::string beside;  // see Beside
};
struct RuleCase {
  const char* name;
  const char* rules;
  std::vector<Step> steps;
};

class AdvancedTable : public testing::TestWithParam<RuleCase> {};

TEST_P(AdvancedTable, AddsWhatTheRulesSay) {
  Walk walk = MakeWalk(std::string("advanced { ") + GetParam().rules + " }");
  EXPECT_EQ(Ask(walk), "");
  for (const Step& step : GetParam().steps) {
    const auto more = Feed(&walk, step.response);
    ASSERT_TRUE(more.ok()) << base::MessageOf(more.status());
    ASSERT_EQ(*more, step.more) << step.response;
    if (!*more) break;
    EXPECT_EQ(Ask(walk), step.ask);
    EXPECT_EQ(Beside(walk), step.beside);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, AdvancedTable,
    testing::Values(
        RuleCase{"CompositeParameters",
                 "rules { add { query { key: 'id' value: 'response.at.id' } "
                 "query { key: 'time' value: 'response.at.time' } } }",
                 {{Page(0, 1, R"("at":{"id":7,"time":"t1"})"), true, "id=7&time=t1", ""},
                  {Page(1, 1, R"("at":{"id":8})"), true, "id=8", ""},
                  {Page(2, 1, R"("at":null)"), false, "", ""}}},
        RuleCase{"StopsBeforeLaterRules",
                 "rules { when: 'response.done' stop: true } "
                 "rules { add { query { key: 'n' value: 'page.number' } } }",
                 {{Page(0, 1), true, "n=1", ""},
                  {Page(1, 1), true, "n=2", ""},
                  {Page(2, 1, R"("done":true)"), false, "", ""}}},
        RuleCase{
            "EveryRuleThatHoldsActs",
            "rules { add { query { key: 'a' value: '`1`' } headers { key: 'X-A' value: "
            "'response.h' } } } "
            "rules { when: 'response.next' add { query { key: 'a' value: 'response.next' } } } "
            "rules { when: 'response.none' add { query { key: 'b' value: '`2`' } } }",
            {{Page(0, 1, R"("next":"n","h":true)"), true, "a=n", "X-A=true"},
             {Page(1, 1, R"("h":null)"), true, "a=1", ""}}},
        RuleCase{"ValuesStickUntilTheyAreAddedAgain",
                 "rules { when: '!(response.next)' stop: true } "
                 "rules { add { query { key: 'c' value: 'response.next' } "
                 "values { key: 'session' value: 'response.session' } } }",
                 {{Page(0, 1, R"("next":"a","session":"s1")"), true, "c=a",
                   R"(values={"session":"s1"})"},
                  {Page(1, 1, R"("next":"b")"), true, "c=b", R"(values={"session":"s1"})"},
                  {Page(2, 1, R"("next":"c","session":"s2")"), true, "c=c",
                   R"(values={"session":"s2"})"},
                  {Page(3, 1, R"("session":"s2")"), false, "", ""}}},
        RuleCase{"LaterRulesSeeValuesOfEarlierOnes",
                 "rules { add { values { key: 'a' value: '{deep: response.x}' } } } "
                 "rules { add { values { key: 'b' value: 'page.values.a' } "
                 "query { key: 'q' value: 'page.values.a.deep' } } } "
                 "rules { add { query { key: 'r' value: 'page.values.b.deep' } } }",
                 {{Page(0, 1, R"("x":5)"), true, "q=5&r=5",
                   R"(values={"a":{"deep":5},"b":{"deep":5}})"}}},
        RuleCase{"AUrlIsFollowedWithItsParameters",
                 "rules { add { url: 'response.next' query { key: 'k' value: '`1`' } } }",
                 {{Page(0, 1, R"("next":"/2")"), true, "http://vendor.example/2&k=1", ""},
                  {Page(1, 1, R"("next":"")"), true, "k=1", ""}}},
        RuleCase{"NothingIsWhatVendorsSayNothingBy",
                 "rules { add { query { key: 'a' value: 'response.a' } query { key: 'b' value: "
                 "'response.b' } query { key: 'c' value: 'response.c' } } }",
                 {{Page(0, 1, R"("a":null,"b":"","c":false)"), false, "", ""}}},
        RuleCase{"CountsOnByExpression",
                 "rules { when: 'length(response.items) < `2`' stop: true } "
                 "rules { add { query { key: 'from' value: 'sum([page.number, `10`])' } } }",
                 {{Page(0, 2), true, "from=11", ""},
                  {Page(2, 2), true, "from=12", ""},
                  {Page(4, 1), false, "", ""}}},
        RuleCase{"WalksWindowsOfDates",
                 "rules { add { values { key: 'day' value: "
                 "\"format_time(sum([to_number(format_time(default(page.values.day, "
                 "'2024-02-28'), '%s')), `86400`]), '%Y-%m-%d')\" } } } "
                 "rules { when: \"page.values.day == '2024-03-02'\" stop: true } "
                 "rules { add { query { key: 'day' value: 'page.values.day' } } }",
                 {{Page(0, 1), true, "day=2024-02-29", R"(values={"day":"2024-02-29"})"},
                  {Page(1, 1), true, "day=2024-03-01", R"(values={"day":"2024-03-01"})"},
                  {Page(2, 1), false, "", ""}}}),
    [](const auto& test) { return test.param.name; });

TEST(AdvancedPaginator, SaysWhatItCannotAdd) {
  struct Case {
    const char* rules;
    const char* response;
    base::Reason reason;
    const char* message;
  };
  const std::string huge = Page(0, 1, "\"x\":\"" + std::string(70'000, 'x') + "\"");
  const Case cases[] = {
      {"add { query { key: 'a' value: 'response.items' } }", R"({"items":[{}]})",
       base::Reason::kExpressionFailed, "neither text"},
      {"add { url: 'response.n' }", R"({"items":[{}],"n":1})", base::Reason::kExpressionFailed,
       "neither text nor null"},
      {"add { headers { key: 'X' value: 'response.n' } }", R"({"items":[{}],"n":"a\nb"})",
       base::Reason::kVendorError, "control character"},
      {"add { query { key: 'a' value: 'response.x' } }", huge.c_str(), base::Reason::kVendorError,
       "the limit is 65536"},
      {"add { values { key: 'a' value: 'response.x' } }", huge.c_str(), base::Reason::kVendorError,
       "the limit is 65536"},
      {"when: 'length(response.n)' stop: true", R"({"items":[{}],"n":1})",
       base::Reason::kExpressionFailed, "length"},
  };
  for (const Case& test : cases) {
    Walk walk = MakeWalk(std::string("advanced { rules { ") + test.rules + " } }");
    const auto more = Feed(&walk, test.response);
    EXPECT_EQ(base::ReasonOf(more.status()), test.reason) << test.rules;
    EXPECT_THAT(base::MessageOf(more.status()), HasSubstr(test.message));
  }
}

TEST(AdvancedPaginator, EmptyPagesWithoutEndAreALoop) {
  Walk walk = MakeWalk("advanced { rules { add { query { key: 'n' value: 'page.number' } } } }");
  for (int page = 0; page < 3; ++page) ASSERT_TRUE(*Feed(&walk, Page(0, 0)));
  EXPECT_EQ(base::ReasonOf(Feed(&walk, Page(0, 0)).status()), base::Reason::kPaginationLoop);
}

}  // namespace
}  // namespace syncline::paging
