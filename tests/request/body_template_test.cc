#include "request/body_template.h"

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "base/status.h"
#include "json/document.h"

namespace syncline::request {
namespace {

google::protobuf::Value ParseBody(const std::string& json) {
  google::protobuf::Value body;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &body).ok()) << json;
  return body;
}

TEST(BodyTemplate, KeepsShapeAndTypes) {
  const auto body = BodyTemplate::Compile(ParseBody(
      R"({"b":[1,2.5,-3,1e300,true,null,"x\"y"],"a":{"n":"{{page.n}}","t":"n={{page.n}}",
          "e":"\\{{"},"z":[],"o":{}})"));
  ASSERT_TRUE(body.ok()) << base::MessageOf(body.status());
  const auto document = json::Document::Parse(R"({"page":{"n":7}})");
  expression::Evaluation evaluation;
  EXPECT_EQ(
      *body->Render(expression::Value((*document)->root()), evaluation),
      R"({"a":{"e":"{{","n":7,"t":"n=7"},"b":[1,2.5,-3,1e+300,true,null,"x\"y"],"o":{},"z":[]})");
}

TEST(BodyTemplate, NamesEveryWrongString) {
  const auto body = BodyTemplate::Compile(ParseBody(R"({"a":["ok","{{"],"b":{"c":"{{x.}}"}})"));
  const auto violations = base::FieldViolationsOf(body.status());
  ASSERT_EQ(violations.size(), 2U);
  EXPECT_EQ(violations[0].field, "a[1]");
  EXPECT_EQ(violations[1].field, "b.c");
}

}  // namespace
}  // namespace syncline::request
