#include "auth/aws_error.h"

#include <gtest/gtest.h>

namespace syncline::auth {
namespace {

struct Row {
  const char* name;
  int status;
  const char* header;  // X-Amzn-ErrorType; "" = none
  std::string body;
  const char* code;
  bool refusal;
};

class AwsErrors : public testing::TestWithParam<Row> {};

TEST_P(AwsErrors, AreReadWhereServicesPutThem) {
  const Row& row = GetParam();
  http::Response answer{.status = row.status, .body = row.body};
  if (*row.header != '\0') answer.headers.Add("x-amzn-errortype", row.header);
  EXPECT_EQ(AwsErrorCode(answer), row.code);
  EXPECT_EQ(IsAwsRefusal(answer), row.refusal);
}

INSTANTIATE_TEST_SUITE_P(
    Table, AwsErrors,
    testing::Values(
        Row{"JsonType", 400, "", R"({"__type":"AccessDeniedException","Message":"no"})",
            "AccessDeniedException", true},
        Row{"JsonTypeWithNamespace", 400, "",
            R"({"__type":"com.amazonaws.dynamodb.v20120810#UnrecognizedClientException"})",
            "UnrecognizedClientException", true},
        Row{"JsonTypeWithLink", 400, "",
            R"({"__type":"aws#AccessDeniedException:http://internal.amazon.com/doc#x"})",
            "AccessDeniedException", true},
        Row{"Header", 400, "AccessDeniedException:http://internal.amazon.com/coral/", "{}",
            "AccessDeniedException", true},
        Row{"HeaderBeforeBody", 400, "ValidationException", R"({"__type":"AccessDeniedException"})",
            "ValidationException", false},
        Row{"JsonCode", 400, "", R"({"code":"NotAuthorizedException"})", "NotAuthorizedException",
            true},
        Row{"S3", 400, "", "<Error><Code>ExpiredToken</Code></Error>", "ExpiredToken", true},
        Row{"Query", 400, "",
            "<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>",
            "InvalidClientTokenId", true},
        Row{"Ec2", 400, "",
            "<Response><Errors><Error><Code>UnauthorizedOperation</Code></Error></Errors>"
            "</Response>",
            "UnauthorizedOperation", true},
        Row{"AnotherMistake", 400, "", R"({"__type":"ValidationException"})", "ValidationException",
            false},
        Row{"OnlySpokenOf", 400, "",
            R"({"__type":"ValidationException","message":"not AccessDeniedException"})",
            "ValidationException", false},
        Row{"Throttled", 400, "", R"({"__type":"ThrottlingException"})", "ThrottlingException",
            false},
        Row{"NoText", 400, "", R"({"__type":7})", "", false},
        Row{"AList", 400, "", "[]", "", false}, Row{"Nothing", 400, "", "", "", false},
        Row{"TooLong", 400, "",
            R"({"__type":"AccessDeniedException","x":")" + std::string(65'536, 'x') + "\"}", "",
            false},
        Row{"ByStatus", 403, "", "", "", true}, Row{"ByTheOtherStatus", 401, "", "", "", true},
        Row{"AnotherStatus", 404, "", R"({"__type":"AccessDeniedException"})",
            "AccessDeniedException", false},
        Row{"Success", 200, "", R"({"__type":"AccessDeniedException"})", "AccessDeniedException",
            false}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace syncline::auth
