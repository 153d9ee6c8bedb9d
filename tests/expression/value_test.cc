#include "expression/value.h"

#include <gtest/gtest.h>

#include "expression/number.h"

namespace syncline::expression {
namespace {

bool EqualTexts(std::string a, std::string b) {
  const auto left = json::Document::Parse(std::move(a));
  const auto right = json::Document::Parse(std::move(b));
  return Equal(Value((*left)->root()), Value((*right)->root()));
}

struct EqualCase {
  const char* name;
  const char* a;
  const char* b;
  bool expected;
};

class EqualTest : public testing::TestWithParam<EqualCase> {};

TEST_P(EqualTest, BothWays) {
  EXPECT_EQ(EqualTexts(GetParam().a, GetParam().b), GetParam().expected);
  EXPECT_EQ(EqualTexts(GetParam().b, GetParam().a), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Values, EqualTest,
    testing::Values(
        EqualCase{"numbers_by_value", "1.0", "1", true},
        EqualCase{"escapes", R"("\u0061")", R"("a")", true},
        EqualCase{"number_and_text", "1", R"("1")", false},
        EqualCase{"false_and_null", "false", "null", false},
        EqualCase{"order_of_members", R"({"a":1,"b":[2]})", R"({"b":[2],"a":1.0})", true},
        EqualCase{"null_member_is_not_absent", R"({"a":null})", R"({"b":null})", false},
        EqualCase{"null_member", R"({"a":null})", R"({"a":null})", true},
        EqualCase{"repeated_key_with_itself", R"({"a":1,"a":2})", R"({"a":3,"a":2})", true},
        EqualCase{"repeated_key_hides_none", R"({"a":1,"a":1})", R"({"a":1,"b":1})", false},
        EqualCase{"order_of_elements", "[1,2]", "[2,1]", false},
        EqualCase{"prefix", "[1]", "[1,2]", false},
        EqualCase{"deep_difference", R"([[{"a":[1]}]])", R"([[{"a":[2]}]])", false},
        EqualCase{"array_and_object", "[]", "{}", false}),
    [](const auto& test) { return test.param.name; });

TEST(ValueTest, ComparesAndWritesDeepDocumentsWithoutAStack) {
  const std::string deep = std::string(500'000, '[') + std::string(500'000, ']');
  const auto document = json::Document::Parse(deep, {.depth_max = 500'000});
  const Value value((*document)->root());
  EXPECT_TRUE(Equal(value, value));
  EXPECT_EQ(ToJson(value), deep);
}

TEST(ValueTest, ComputedValuesEqualNodes) {
  const auto document = json::Document::Parse(R"({"a":[1,"x",null],"b":true})");
  const Value elements[] = {Value::Number("1.0"), Value::String("x"), Value::Null()};
  const Member members[] = {{"b", Value::Bool(true)}, {"a", Value::Array(elements)}};
  const Value computed = Value::Object(members);
  EXPECT_TRUE(Equal(computed, Value((*document)->root())));
  EXPECT_TRUE(Equal(Value((*document)->root()), computed));
  EXPECT_EQ(ToJson(computed), R"({"b":true,"a":[1.0,"x",null]})");
  EXPECT_EQ(computed.Find("a").ElementAt(-2).text(), "x");
  EXPECT_TRUE(computed.Find("a").ElementAt(3).is_null());
  EXPECT_TRUE(computed.Find("c").is_null());
}

TEST(NumberTest, ComparesExactly) {
  EXPECT_EQ(CompareNumbers("0.1000000000000000000001", "0.1"), 1);
  EXPECT_EQ(CompareNumbers("1e999999999999999999999", "1"), 1);
  EXPECT_EQ(CompareNumbers("1e-999999999999999999999", "0"), 1);
  EXPECT_EQ(CompareNumbers("0e5", "-0.00"), 0);
  EXPECT_EQ(CompareNumbers("12.50", "1.25e1"), 0);
  EXPECT_EQ(CompareNumbers("0.00125e4", "12.5"), 0);
  EXPECT_EQ(CompareNumbers("-10", "-9.99"), -1);
  EXPECT_EQ(CompareNumbers("100", "99.999"), 1);
}

TEST(NumberTest, FormatsShortest) {
  std::pmr::monotonic_buffer_resource memory;
  EXPECT_EQ(FormatDouble(0.1, &memory), "0.1");
  EXPECT_EQ(FormatDouble(3.0, &memory), "3");
  EXPECT_EQ(FormatDouble(1e15, &memory), "1000000000000000");
  EXPECT_EQ(FormatDouble(1e300 * 1e300, &memory), std::nullopt);
}

}  // namespace
}  // namespace syncline::expression
