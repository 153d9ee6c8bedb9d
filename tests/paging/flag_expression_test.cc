#include "paging/flag_expression.h"

#include <gtest/gtest.h>

#include "base/status.h"
#include "json/document.h"

namespace syncline::paging {
namespace {

TEST(FlagExpression, ReadsWhatVendorsMeanByYes) {
  const std::pair<const char*, bool> cases[] = {
      {"null", false}, {"false", false}, {"0", false},        {"0.00", false}, {"-0e5", false},
      {"\"\"", false}, {"true", true},   {"1", true},         {"-1", true},    {"0.5", true},
      {"1e3", true},   {"[]", true},     {"\"false\"", true}, {"{}", true},
  };
  const auto flag = FlagExpression::Compile("more");
  ASSERT_TRUE(flag.ok());
  for (const auto& [text, expected] : cases) {
    const auto document = json::Document::Parse(std::string(R"({"more":)") + text + "}");
    ASSERT_TRUE(document.ok()) << text;
    const auto value = flag->Evaluate(expression::Value((*document)->root()));
    ASSERT_TRUE(value.ok()) << text;
    EXPECT_EQ(*value, std::optional(expected)) << text;
  }
  EXPECT_EQ(flag->text(), "more");
}

TEST(FlagExpression, IsUnknownWithoutAnExpression) {
  EXPECT_EQ(*FlagExpression().Evaluate(expression::Value()), std::nullopt);
  EXPECT_EQ(*FlagExpression::Compile("")->Evaluate(expression::Value()), std::nullopt);
  EXPECT_FALSE(FlagExpression::Compile("a.").ok());
  EXPECT_EQ(base::ReasonOf(FlagExpression::Compile("length(`1`)")->Evaluate({}).status()),
            base::Reason::kExpressionFailed);
}

}  // namespace
}  // namespace syncline::paging
