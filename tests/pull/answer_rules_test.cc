#include "pull/answer_rules.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "base/status.h"

namespace syncline::pull {
namespace {

using std::chrono::seconds;
using Rule = v1::ResponseRule;

absl::StatusOr<std::shared_ptr<const AnswerRules>> Compile(const std::string& text,
                                                           bool is_graphql = false) {
  v1::ResponseRules spec;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &spec)) << text;
  return AnswerRules::Compile(spec, is_graphql);
}

struct JudgeCase {
  const char* name;
  const char* rules;
  int status;
  const char* body;  // JSON
  Rule::Action action;
  const char* message;
};

class AnswerRulesTest : public testing::TestWithParam<JudgeCase> {};

TEST_P(AnswerRulesTest, TheFirstThatFitsDecides) {
  const auto rules = Compile(GetParam().rules);
  ASSERT_TRUE(rules.ok()) << base::MessageOf(rules.status());
  http::Response answer{.status = GetParam().status};
  answer.headers.Add("X-State", "busy");
  const auto document = json::Document::Parse(GetParam().body);
  const auto ruling = (*rules)->Judge(answer, expression::Value((*document)->root()), {});
  ASSERT_TRUE(ruling.ok()) << base::MessageOf(ruling.status());
  EXPECT_EQ(ruling->action, GetParam().action);
  EXPECT_EQ(ruling->message, GetParam().message);
}

constexpr char kTwo[] =
    "rules { statuses: 404 when: 'response.code == `7`' action: ACTION_SKIP } "
    "rules { statuses: 404 statuses: 410 action: ACTION_FAIL message: 'gone: {{response.why}}' }";

INSTANTIATE_TEST_SUITE_P(
    Table, AnswerRulesTest,
    testing::Values(
        JudgeCase{"None", "", 500, "null", Rule::ACTION_UNSPECIFIED, ""},
        JudgeCase{"NoneFits", kTwo, 200, R"({"code":7})", Rule::ACTION_UNSPECIFIED, ""},
        JudgeCase{"First", kTwo, 404, R"({"code":7})", Rule::ACTION_SKIP, ""},
        JudgeCase{"Second", kTwo, 404, R"({"code":8,"why":"moved"})", Rule::ACTION_FAIL,
                  "gone: moved"},
        JudgeCase{"OtherStatus", kTwo, 410, "null", Rule::ACTION_FAIL, "gone: "},
        JudgeCase{"EveryStatus", "rules { when: 'response.error' action: ACTION_FAIL }", 200,
                  R"({"error":"x"})", Rule::ACTION_FAIL, ""},
        JudgeCase{"FalseInJmespath", "rules { when: 'response.error' action: ACTION_FAIL }", 200,
                  R"({"error":""})", Rule::ACTION_UNSPECIFIED, ""},
        JudgeCase{"Always", "rules { action: ACTION_RETRY message: '{{status}}' }", 418, "null",
                  Rule::ACTION_RETRY, "418"},
        JudgeCase{"Header",
                  "rules { when: 'headers.\"x-state\" == \\'busy\\'' action: ACTION_WAIT }", 200,
                  "null", Rule::ACTION_WAIT, ""}),
    [](const auto& test) { return test.param.name; });

TEST(AnswerRulesWaitTest, ComesFromTheRuleElseFromTheHeaders) {
  const auto rules = Compile("rules { action: ACTION_WAIT wait: 'response.wait' }");
  const auto wait = [&](const char* body, http::Headers headers) {
    const auto document = json::Document::Parse(body);
    const http::Response answer{.status = 200, .headers = std::move(headers)};
    return (*rules)->Judge(answer, expression::Value((*document)->root()), {});
  };
  http::Headers reset;
  reset.Add("x-ratelimit-reset", "9");
  EXPECT_EQ(wait(R"({"wait":4})", reset)->wait, seconds(4));
  EXPECT_EQ(wait("{}", reset)->wait, seconds(9));
  EXPECT_EQ(wait("{}", {})->wait, std::nullopt);
  const auto wrong = wait(R"({"wait":"soon"})", {});
  EXPECT_EQ(base::ReasonOf(wrong.status()), base::Reason::kExpressionFailed);
  EXPECT_THAT(base::MessageOf(wrong.status()), testing::HasSubstr("Rule 1"));
}

TEST(AnswerRulesTest, LookAtBodiesOnlyWhereARuleDoes) {
  const auto rules = Compile(
      "rules { statuses: 404 when: 'response.x' action: ACTION_SKIP } "
      "rules { statuses: 429 action: ACTION_WAIT wait: 'response.wait' } "
      "rules { statuses: 500 action: ACTION_FAIL message: '{{response.m}}' } "
      "rules { statuses: 503 when: 'headers.x' action: ACTION_RETRY }");
  for (const int status : {404, 429, 500}) EXPECT_TRUE((*rules)->LooksAtBody(status)) << status;
  for (const int status : {200, 503}) EXPECT_FALSE((*rules)->LooksAtBody(status)) << status;
}

TEST(AnswerRulesTest, GraphqlErrorsAreErrorsUnlessARuleSaysOtherwise) {
  const auto document = json::Document::Parse(R"({"data":null,"errors":[{"message":"no field"}]})");
  const expression::Value body((*document)->root());
  const auto rules = Compile("", true);
  const auto ruling = (*rules)->Judge({.status = 200}, body, {});
  EXPECT_EQ(ruling->action, Rule::ACTION_FAIL);
  EXPECT_THAT(ruling->message, testing::HasSubstr("no field"));
  EXPECT_EQ((*rules)->Judge({.status = 500}, body, {})->action, Rule::ACTION_UNSPECIFIED);
  EXPECT_EQ((*Compile("rules { when: 'response.data' action: ACTION_SUCCEED }", true))
                ->Judge({.status = 200}, body, {})
                ->action,
            Rule::ACTION_FAIL);
  EXPECT_EQ((*Compile("rules { when: 'response.errors' action: ACTION_SKIP }", true))
                ->Judge({.status = 200}, body, {})
                ->action,
            Rule::ACTION_SKIP);
  EXPECT_EQ((*Compile(""))->Judge({.status = 200}, body, {})->action, Rule::ACTION_UNSPECIFIED);
}

TEST(AnswerRulesTest, MistakesAreFoundWhenSaved) {
  std::string statuses;
  for (int i = 0; i < AnswerRules::kStatusesMax + 1; ++i) statuses += "statuses: 500 ";
  const auto rules = Compile(
      "format: RESPONSE_FORMAT_CSV csv { delimiter: '' } xml {} "
      "rules { statuses: 99 statuses: 100 statuses: 599 statuses: 600 action: ACTION_SKIP } "
      "rules { when: 'record.x' message: '{{links.next}}' wait: 'status ==' } "
      "rules { action: ACTION_FAIL wait: '`1`' } rules { " +
      statuses + " action: ACTION_SKIP }");
  std::vector<std::string> fields;
  for (const auto& violation : base::FieldViolationsOf(rules.status())) {
    fields.push_back(violation.field);
  }
  EXPECT_THAT(fields, testing::ElementsAre("xml", "rules[0].statuses[0]", "rules[0].statuses[3]",
                                           "rules[1].action", "rules[1].wait", "rules[1].when",
                                           "rules[1].wait", "rules[1].message", "rules[2].wait",
                                           "rules[3].statuses"));
}

TEST(AnswerRulesTest, AreAtMostThirtyTwo) {
  std::string text;
  for (int i = 0; i < AnswerRules::kRulesMax; ++i) text += "rules { action: ACTION_SKIP } ";
  EXPECT_TRUE(Compile(text).ok());
  EXPECT_FALSE(Compile(text + "rules { action: ACTION_SKIP }").ok());
}

}  // namespace
}  // namespace syncline::pull
