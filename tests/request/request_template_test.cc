#include "request/request_template.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "request/form.h"
#include "request/vars.h"
#include "tests/request/request_fixture.h"

namespace syncline::request {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using RequestTemplateTest = RequestTest;

TEST_F(RequestTemplateTest, RendersEveryMethod) {
  const std::pair<const char*, http::Method> methods[] = {
      {"METHOD_UNSPECIFIED", http::Method::kGet}, {"METHOD_GET", http::Method::kGet},
      {"METHOD_POST", http::Method::kPost},       {"METHOD_PUT", http::Method::kPut},
      {"METHOD_PATCH", http::Method::kPatch},     {"METHOD_DELETE", http::Method::kDelete}};
  for (const auto& [name, method] : methods) {
    EXPECT_EQ(Render(std::string("url: 'http://v/' method: ") + name)->method, method) << name;
  }
}

TEST_F(RequestTemplateTest, RendersAForm) {
  const auto request = Render(
      "url: 'http://v/' method: METHOD_POST form { key: 'user' value: '{{vars.id}}' } "
      "form { key: 'p&w' value: 'ü*' }");
  ASSERT_TRUE(request.ok()) << base::MessageOf(request.status());
  EXPECT_EQ(request->body, "p%26w=%C3%BC*&user=a+b");
  EXPECT_EQ(request->headers.Find("content-type"), "application/x-www-form-urlencoded");
}

TEST_F(RequestTemplateTest, ReportsEveryMistakeAtOnce) {
  EXPECT_THAT(Mistakes("method: METHOD_GET form { key: '' value: '{{other.x}}' } "
                       "headers { key: 'Host' value: 'x' }"),
              ElementsAre("url", "headers.Host", "form.", "form.", "form"));
  EXPECT_THAT(Mistakes("url: 'http://v/' method: 9"), ElementsAre("method"));
  EXPECT_THAT(Mistakes("url: 'http://v/' method: METHOD_POST form { key: 'a' value: 'b' } "
                       "body { string_value: 'x' }"),
              ElementsAre("form"));
  EXPECT_THAT(Mistakes("url: 'ftp://v/'"), ElementsAre("url"));
  EXPECT_THAT(Mistakes("url: 'http://v/{{vars.absent}}'"), ElementsAre("url"));
}

TEST_F(RequestTemplateTest, OneWithoutAUrlIsRenderedWithAnother) {
  v1::Request spec;
  (*spec.mutable_headers())["X"] = "{{vars.id}}";
  const auto wrong =
      RequestTemplate::Compile(spec, {.names = {"vars"}, .example = {}, .has_url = false});
  EXPECT_EQ(base::FieldViolationsOf(wrong.status()).at(0).field, "headers.X") << "it is tried out";
  spec.mutable_headers()->at("X") = "t";
  const auto request =
      RequestTemplate::Compile(spec, {.names = {"vars"}, .example = {}, .has_url = false});
  ASSERT_TRUE(request.ok()) << base::MessageOf(request.status());
  EXPECT_FALSE(request->Mentions("vars"));
  const http::Url url = *http::Url::Parse("https://files.example/1?a=b");
  const auto rendered = request->Render({}, base::Time(), &url);
  ASSERT_TRUE(rendered.ok());
  EXPECT_EQ(rendered->url.ToString(), "https://files.example/1?a=b");
}

TEST_F(RequestTemplateTest, OnlyACredentialMaySetAuthorization) {
  const char* const text = "url: 'http://v/' headers { key: 'Authorization' value: 'Basic x' }";
  EXPECT_THAT(Mistakes(text), ElementsAre("headers.Authorization"));
  EXPECT_EQ(Render(text, true)->headers.Find("authorization"), "Basic x");
}

TEST_F(RequestTemplateTest, JoinsCookiesIntoOneHeader) {
  const http::Request request = RenderOrEmpty(
      "headers { key: 'Cookie' value: 'lang=en; tz=old' } cookies { key: 'tz' value: 'utc' } "
      "cookies { key: 'id' value: '{{vars.n}}' }");
  EXPECT_EQ(request.headers.Find("cookie"), "lang=en; id=7; tz=utc");
  EXPECT_THAT(Mistakes("url: 'http://v/' cookies { key: 'a b' value: 'x' } "
                       "cookies { key: 'c' value: '{{other}}' }"),
              ElementsAre("cookies.a b", "cookies.c"));
  EXPECT_THAT(Mistakes("url: 'http://v/' cookies { key: 'c' value: 'a;b' }"),
              ElementsAre("cookies.c"));
  EXPECT_THAT(Mistakes("url: 'http://v/' headers { key: 'X' value: 'a\\nb' }"),
              ElementsAre("headers.X"));
}

TEST_F(RequestTemplateTest, LeavesOutWhatIsEmptyOnlyWhenTold) {
  const std::string named =
      "query { key: 'q' value: '{{vars.absent}}' } query { key: 'flag' value: '' } "
      "headers { key: 'X-A' value: '{{vars.empty}}' } headers { key: 'X-B' value: 'b{{vars.n}}' } "
      "cookies { key: 'c' value: 'since-{{vars.absent}}' } ";
  const http::Request request = RenderOrEmpty(named + "omit_empty: true");
  EXPECT_EQ(request.url.query, "flag=");
  EXPECT_FALSE(request.headers.Find("X-A").has_value());
  EXPECT_EQ(request.headers.Find("X-B"), "b7");
  EXPECT_FALSE(request.headers.Find("Cookie").has_value());
  EXPECT_THAT(Mistakes("url: 'http://v/' " + named), ElementsAre("query.q", "cookies.c"));
}

TEST_F(RequestTemplateTest, SaysWhatToDoAboutAMissingValue) {
  const auto violations = base::FieldViolationsOf(Render("url: 'http://v/{{vars.x}}'").status());
  ASSERT_EQ(violations.size(), 1U);
  EXPECT_EQ(violations[0].description,
            "{{vars.x}} has no value. It needs a default, as {{default(vars.x, '')}}, unless "
            "omitEmpty leaves it out.");
}

TEST_F(RequestTemplateTest, BoundsTheUrl) {
  const auto with = [](std::size_t bytes) {
    return "url: 'http://v/' query { key: 'q' value: '" + std::string(bytes, 'x') + "' }";
  };
  EXPECT_TRUE(Render(with(RequestTemplate::kUrlBytesMax - 3)).ok());  // "/" and "q="
  EXPECT_THAT(Mistakes(with(RequestTemplate::kUrlBytesMax - 2)), ElementsAre("url"));
}

TEST(Vars, BoundsAreHeld) {
  Vars vars{{"ok", std::string(kVarBytesMax, 'x')}};
  base::FieldViolations fine;
  CheckVars(vars, &fine);
  EXPECT_TRUE(fine.empty());
  vars["ok"] += "x";
  vars["Not"] = "";
  base::FieldViolations wrong;
  CheckVars(vars, &wrong);
  EXPECT_EQ(base::FieldViolationsOf(wrong.ToStatus()).size(), 2U);
  for (std::size_t i = 0; i <= kPartsMax; ++i) vars[fmt::format("v{}", i)] = "";
  base::FieldViolations many;
  CheckVars(vars, &many);
  EXPECT_EQ(base::FieldViolationsOf(many.ToStatus()).front().field, "vars");
}

TEST(Form, EncodesAsBrowsersDo) {
  EXPECT_EQ(EncodeFormText("a b+c~*-._/"), "a+b%2Bc%7E*-._%2F");
  EXPECT_EQ(EncodeForm({{"a", "1"}, {"b", ""}}), "a=1&b=");
  EXPECT_THAT(EncodeForm({}), IsEmpty());
}

}  // namespace
}  // namespace syncline::request
