#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status.h"
#include "expression/expression.h"
#include "json/document.h"

namespace syncline::expression {
namespace {

using base::Reason;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kScope =
    R"({"page":{"offset":200,"size":1.50},"vars":{"a b":"x","list":[1,{"k":"v"}],"yes":true,
        "empty":"","nothing":null}})";

std::string Render(std::string_view text, Template::Null null = Template::Null::kFails) {
  const auto document = json::Document::Parse(kScope);
  const auto compiled = Template::Compile(text);
  if (!compiled.ok()) return std::string(base::ReasonName(base::ReasonOf(compiled.status())));
  Evaluation evaluation;
  const auto result = compiled->Render(Value((*document)->root()), evaluation, null);
  return result.ok() ? *result : std::string(base::ReasonName(base::ReasonOf(result.status())));
}

struct Case {
  const char* name;
  const char* text;
  const char* expected;
};

class TemplateTest : public testing::TestWithParam<Case> {};

TEST_P(TemplateTest, Renders) { EXPECT_EQ(Render(GetParam().text), GetParam().expected); }

INSTANTIATE_TEST_SUITE_P(
    Texts, TemplateTest,
    testing::Values(
        Case{"plain", "/users?limit=5", "/users?limit=5"}, Case{"nothing", "", ""},
        Case{"one", "{{page.offset}}", "200"},
        Case{"between", "/u/{{ page.offset }}/d?s={{page.size}}&x", "/u/200/d?s=1.50&x"},
        Case{"boolean", "{{vars.yes}}", "true"}, Case{"empty_text", "[{{vars.empty}}]", "[]"},
        Case{"container", "{{vars.list}}", R"([1,{"k":"v"}])"},
        Case{"braces_in_raw_string", "{{ '}}' }}-", "}}-"},
        Case{"braces_in_literal", R"({{ `"}}"` }}-)", "}}-"},
        Case{"braces_in_quoted_name", R"({{ not_null(vars."}}", vars."a b") }})", "x"},
        Case{"escaped_quote", R"({{ '\'}}' }})", "'}}"},
        Case{"hash_ends_at_the_right_brace", "{{ {a: {b: page.offset}} }}", R"({"a":{"b":200}})"},
        Case{"hash_touches_the_end", "{{{a: page.offset}}}", R"({"a":200})"},
        Case{"escape", R"(\{{ page }} \\{{x)", R"({{ page }} \{{x)"},
        Case{"stray_closing_braces", "}} a }", "}} a }"},
        Case{"single_braces", "{page} {", "{page} {"},
        Case{"null_fails", "a{{vars.nothing}}", "TEMPLATE_VALUE_MISSING"},
        Case{"type_error", "{{abs(vars)}}", "EXPRESSION_FAILED"},
        Case{"unclosed", "a {{ page.offset", "EXPRESSION_INVALID"},
        Case{"half_closed", "a {{ page.offset } b", "EXPRESSION_INVALID"},
        Case{"empty_expression", "{{ }}", "EXPRESSION_INVALID"},
        Case{"bad_expression", "{{ a..b }}", "EXPRESSION_INVALID"}),
    [](const auto& test) { return test.param.name; });

TEST(TemplateNullTest, MayBeEmpty) {
  EXPECT_EQ(Render("[{{vars.nothing}}]", Template::Null::kEmpty), "[]");
}

TEST(TemplateNullTest, NamesTheExpression) {
  const auto compiled = Template::Compile("/x/{{parent.id}}");
  Evaluation evaluation;
  const auto result = compiled->Render(Value(), evaluation, Template::Null::kFails);
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(base::MessageOf(result.status()), HasSubstr("{{parent.id}}"));
}

TEST(TemplateTypeTest, OneExpressionKeepsItsType) {
  const auto document = json::Document::Parse(kScope);
  const auto evaluate = [&](const char* text) {
    Evaluation evaluation;
    return ToJson(*Template::Compile(text)->Evaluate(Value((*document)->root()), evaluation,
                                                     Template::Null::kEmpty));
  };
  EXPECT_EQ(evaluate("{{page.size}}"), "1.50");
  EXPECT_EQ(evaluate(" {{page.size}}"), "\" 1.50\"");
  EXPECT_EQ(evaluate("{{vars.nothing}}"), "null");
  EXPECT_EQ(evaluate("text"), "\"text\"");
}

TEST(TemplateNamesTest, GathersAllExpressions) {
  const auto compiled = Template::Compile("{{vars.x}}/{{page.index}}/{{vars.y}}");
  EXPECT_THAT(compiled->RootNames(), ElementsAre("page", "vars"));
  EXPECT_FALSE(compiled->is_constant());
  EXPECT_THAT(Template::Compile("a")->RootNames(), IsEmpty());
  EXPECT_TRUE(Template::Compile("a")->is_constant());
}

TEST(TemplateBoundsTest, TextAndPartsAreBounded) {
  EXPECT_TRUE(Template::Compile(std::string(Template::kTextBytesMax, 'a')).ok());
  EXPECT_FALSE(Template::Compile(std::string(Template::kTextBytesMax + 1, 'a')).ok());
  std::string parts;
  for (std::size_t i = 0; i < Template::kPartsMax; ++i) parts += "{{a}}";
  EXPECT_TRUE(Template::Compile(parts).ok());
  EXPECT_FALSE(Template::Compile(parts + "{{a}}").ok());
}

TEST(TemplateBoundsTest, RenderedTextIsBounded) {
  const std::string half(Template::kRenderedBytesMax / 2, 'a');
  const Member members[] = {{"a", Value::String(half)}};
  Evaluation evaluation;
  const auto render = [&](const char* text) {
    return Template::Compile(text)->Render(Value::Object(members), evaluation,
                                           Template::Null::kFails);
  };
  EXPECT_EQ(render("{{a}}{{a}}")->size(), Template::kRenderedBytesMax);
  const auto longer = render("{{a}}{{a}}b");
  ASSERT_FALSE(longer.ok());
  EXPECT_EQ(base::ReasonOf(longer.status()), Reason::kExpressionTooCostly);
}

}  // namespace
}  // namespace syncline::expression
