#include "expression/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/expression/evaluate.h"

namespace syncline::expression {
namespace {

using base::Reason;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Case {
  const char* name;
  const char* expression;
  const char* given;
  const char* expected;
};

class EvaluateTest : public testing::TestWithParam<Case> {};

TEST_P(EvaluateTest, Yields) {
  EXPECT_EQ(EvaluateToText(GetParam().expression, GetParam().given), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Language, EvaluateTest,
    testing::Values(
        Case{"path", "profile.email", R"({"profile":{"email":"a@b.c"}})", R"("a@b.c")"},
        Case{"path_with_index", "a[-1].city", R"({"a":[{"city":"x"},{"city":"y"}]})", R"("y")"},
        Case{"missing_path", "a.b[0].c", R"({"a":1})", "null"},
        Case{"quoted_name", R"("first name")", R"({"first name":"A"})", R"("A")"},
        Case{"current", "@", R"([1.10])", "[1.10]"},
        Case{"repeated_key", "a", R"({"a":1,"a":2})", "2"},
        Case{"projection_drops_nulls", "a[*].b", R"({"a":[{"b":1},{},{"b":null},{"b":2}]})",
             "[1,2]"},
        Case{"parentheses_end_projection", "(a[*].b)[0]", R"({"a":[{"b":1},{"b":2}]})", "1"},
        Case{"pipe_ends_projection", "a[*].b | [1]", R"({"a":[{"b":1},{"b":2}]})", "2"},
        Case{"flatten", "[].a[]", R"([{"a":[1,[2]]},{"a":[3]}])", "[1,[2],3]"},
        Case{"filter", "[?age > `30` && name != 'x'].name",
             R"([{"age":31,"name":"a"},{"age":30,"name":"b"},{"age":40,"name":"x"}])", R"(["a"])"},
        Case{"slice_backwards", "[::-2]", "[0,1,2,3,4]", "[4,2,0]"},
        Case{"slice_far_out", "[-9223372036854775807:9223372036854775807:9223372036854775807]",
             "[0,1,2]", "[0]"},
        Case{"index_far_out", "[9223372036854775807]", "[0]", "null"},
        Case{"hash_and_list", "{a: x, b: [x, `2`]}", R"({"x":1})", R"({"a":1,"b":[1,2]})"},
        Case{"chains", "a || b || c && d", R"({"b":"","c":1,"d":2})", "2"},
        Case{"order_of_text_is_null", "'a' < 'b'", "null", "null"},
        Case{"merge_replaces", "merge(@, {a: `9`, z: `1`})", R"({"a":1,"b":2})",
             R"({"a":9,"b":2,"z":1})"},
        Case{"map_keeps_nulls", "map(&a, @)", R"([{"a":1},{}])", "[1,null]"},
        Case{"sort_by_is_stable", "sort_by(@, &k)[*].v",
             R"([{"k":2,"v":"a"},{"k":1,"v":"b"},{"k":2,"v":"c"},{"k":1,"v":"d"}])",
             R"(["b","d","a","c"])"}),
    [](const auto& test) { return test.param.name; });

struct MistakeCase {
  const char* name;
  const char* expression;
  const char* message;  // a part of it
};

class MistakeTest : public testing::TestWithParam<MistakeCase> {};

TEST_P(MistakeTest, IsExplained) {
  const auto expression = Expression::Compile(GetParam().expression);
  ASSERT_FALSE(expression.ok());
  EXPECT_EQ(base::ReasonOf(expression.status()), Reason::kExpressionInvalid);
  EXPECT_THAT(base::MessageOf(expression.status()), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Compile, MistakeTest,
    testing::Values(
        MistakeCase{"empty", "", "Character 1 of the expression: found the end"},
        MistakeCase{"single_equals", "a = b", "Character 3 of the expression: a single ="},
        MistakeCase{"unknown_function", "foo.shout(@)",
                    "Character 5 of the expression: there is "
                    "no function 'shout'"},
        MistakeCase{"too_few", "split(a)", "split() takes 2 arguments, here are 1"},
        MistakeCase{"too_many", "abs(a, b)", "abs() takes 1 arguments, here are 2"},
        MistakeCase{"range", "substring(a)", "substring() takes 2 to 3 arguments, here are 1"},
        MistakeCase{"none", "not_null()", "not_null() takes at least 1 arguments, here are 0"},
        MistakeCase{"reference_missing", "sort_by(a, b)", "put & before it"},
        MistakeCase{"reference_misplaced", "length(&a)", "takes a value here"},
        MistakeCase{"reference_alone", "&a", "found '&'"},
        MistakeCase{"zone", "format_time(a, '%Y', 'Mars')", "takes a time zone here"},
        MistakeCase{"trailing_comma", "abs(a,)", "found ')'"},
        MistakeCase{"unclosed_string", "'abc", "is not closed"},
        MistakeCase{"literal", "`{`", "must be JSON"},
        MistakeCase{"huge_index", "a[9223372036854775808]", "a 64-bit number"},
        MistakeCase{"slice_step", "a[::0]", "not 0"},
        MistakeCase{"not_utf8", "'\xFF'", "not UTF-8"}),
    [](const auto& test) { return test.param.name; });

std::string Parentheses(std::size_t depth) {
  return std::string(depth, '(') + "a" + std::string(depth, ')');
}

TEST(ExpressionTest, NestsToTheLimitAndNoDeeper) {
  EXPECT_TRUE(Expression::Compile(Parentheses(Expression::kDepthMax - 1)).ok());
  const auto deeper = Expression::Compile(Parentheses(Expression::kDepthMax));
  ASSERT_FALSE(deeper.ok());
  EXPECT_EQ(base::ReasonOf(deeper.status()), Reason::kExpressionInvalid);
  // A chain that grows to the left nests without parentheses.
  std::string chain = "a";
  while (chain.size() < 4000) chain += "==a";
  EXPECT_FALSE(Expression::Compile(chain).ok());
}

TEST(ExpressionTest, LongPathsAndChainsDoNotNest) {
  std::string path = "a";
  std::string chain = "a";
  while (path.size() < 8000) path += ".a";
  while (chain.size() < 8000) chain += "||a";
  EXPECT_EQ(EvaluateToText(path, R"({"a":1})"), "null");
  EXPECT_EQ(EvaluateToText(chain, "{}"), "null");
}

TEST(ExpressionTest, TextIsBounded) {
  EXPECT_TRUE(Expression::Compile("a" + std::string(Expression::kTextBytesMax - 1, ' ')).ok());
  EXPECT_FALSE(Expression::Compile("a" + std::string(Expression::kTextBytesMax, ' ')).ok());
}

TEST(ExpressionTest, CostIsBounded) {
  constexpr const char* kTooCostly = "EXPRESSION_TOO_COSTLY";
  // One step for the projection, two per element: the element and the name looked up in it.
  EXPECT_EQ(EvaluateToText("[*].a", R"([{"a":1},{"a":2}])", {}, 5), "[1,2]");
  EXPECT_EQ(EvaluateToText("[*].a", R"([{"a":1},{"a":2}])", {}, 4), kTooCostly);
  const std::string text = "\"" + std::string(160, 'a') + "\"";
  EXPECT_NE(EvaluateToText("upper(@)", text, {}, 12), kTooCostly);
  EXPECT_EQ(EvaluateToText("upper(@)", text, {}, 11), kTooCostly);
  EXPECT_EQ(EvaluateToText("@ == @", "[1,2,3,4,5,6,7,8,9]", {}, 8), kTooCostly);
  EXPECT_EQ(EvaluateToText("contains(@, `9`)", "[1,2,3,4,5,6,7,8,9]", {}, 8), kTooCostly);
}

TEST(ExpressionTest, DoublingTextIsStopped) {
  std::string expression = "@";
  for (int i = 0; i < 40; ++i) expression += " | join('', [@, @])";
  EXPECT_EQ(EvaluateToText(expression, "\"0123456789abcdef\""), "EXPRESSION_TOO_COSTLY");
  std::string growing = "@";
  for (int i = 0; i < 8; ++i) growing += " | replace(@, 'a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')";
  EXPECT_EQ(EvaluateToText(growing, "\"a\""), "EXPRESSION_TOO_COSTLY");
}

TEST(ExpressionTest, ResetRestoresTheBudget) {
  const auto document = json::Document::Parse("[1,2,3]");
  const auto expression = Expression::Compile("[*]");
  Evaluation evaluation({}, 4);
  for (int record = 0; record < 3; ++record) {
    evaluation.Reset();
    EXPECT_TRUE(expression->Evaluate(Value((*document)->root()), evaluation).ok());
  }
  EXPECT_FALSE(expression->Evaluate(Value((*document)->root()), evaluation).ok());
}

TEST(ExpressionTest, RootPathsGoOneNameFurther) {
  const auto paths = [](const char* text) { return Expression::Compile(text)->RootPaths(); };
  EXPECT_THAT(paths("a.b.c || d || a.b[0].x"), testing::ElementsAre("a.b", "d"));
  EXPECT_THAT(paths("a[0].b"), testing::ElementsAre("a"));
  EXPECT_THAT(paths("a.b[?x].c"), testing::ElementsAre("a.b"));
  EXPECT_THAT(paths("join(',', a[].b)"), testing::ElementsAre("a"));
}

TEST(ExpressionTest, RootNamesAreThoseOfTheScope) {
  const auto names = [](const char* text) { return Expression::Compile(text)->RootNames(); };
  EXPECT_THAT(names("page.offset"), ElementsAre("page"));
  EXPECT_THAT(names("@ | page"), ElementsAre("page"));
  EXPECT_THAT(names("{b: vars.x, a: headers.y || vars.z}"), ElementsAre("headers", "vars"));
  EXPECT_THAT(names("response.items[?status == 'x'].id | [0]"), ElementsAre("response"));
  EXPECT_THAT(names("sort_by(response, &name)"), ElementsAre("response"));
  EXPECT_THAT(names("if(page.index == `0`, 'a', last_record.id)"),
              ElementsAre("last_record", "page"));
  EXPECT_THAT(names("`{\"a\":1}`.a"), IsEmpty());
  EXPECT_THAT(names("@"), IsEmpty());
}

TEST(ScopeTest, OffersNamesAndReplacesThem) {
  Scope scope;
  scope.Set("page", Value::Number("1"));
  scope.Set("vars", Value::String("x"));
  scope.Set("page", Value::Number("2"));
  EXPECT_EQ(ToJson(scope.value()), R"({"page":2,"vars":"x"})");
}

}  // namespace
}  // namespace syncline::expression
