#include "request/request_template.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "base/status.h"
#include "request/form.h"
#include "request/vars.h"

namespace syncline::request {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A place whose templates see `vars.id` = "a b" and `vars.n` = 7.
class RequestTemplateTest : public testing::Test {
 protected:
  RequestTemplateTest() {
    members_.Set("id", expression::Value::String("a b"));
    members_.Set("n", expression::Value::Number("7"));
    scope_.Set("vars", members_.value());
  }
  absl::StatusOr<http::Request> Render(const std::string& text, bool may_sign_in = false) const {
    v1::Request request;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
    SYNCLINE_ASSIGN_OR_RETURN(
        const RequestTemplate compiled,
        RequestTemplate::Compile(
            request, {.names = {"vars"}, .example = scope_.value(), .may_sign_in = may_sign_in}));
    return compiled.Render(scope_.value(), base::Time());
  }
  std::vector<std::string> Mistakes(const std::string& text) const {
    std::vector<std::string> fields;
    for (const auto& violation : base::FieldViolationsOf(Render(text).status())) {
      fields.push_back(violation.field);
    }
    return fields;
  }

 private:
  expression::Scope members_;
  expression::Scope scope_;
};

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

TEST_F(RequestTemplateTest, OnlyACredentialMaySetAuthorization) {
  const char* const text = "url: 'http://v/' headers { key: 'Authorization' value: 'Basic x' }";
  EXPECT_THAT(Mistakes(text), ElementsAre("headers.Authorization"));
  EXPECT_EQ(Render(text, true)->headers.Find("authorization"), "Basic x");
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
