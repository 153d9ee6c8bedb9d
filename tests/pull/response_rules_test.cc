#include "pull/response_rules.h"

#include <gmock/gmock.h>

#include "auth/shown_text.h"
#include "tests/pull/puller_fixture.h"
#include "tests/support/scripted_transport.h"

namespace syncline::pull {
namespace {

using testing::HasSubstr;
using testing::Not;

struct AnswerCase {
  const char* name;
  int status;
  const char* content_type;  // "" = none
  std::string body;
  const char* extra;   // of the integration
  const char* reason;  // "" = a page
  const char* says;
};

class Answers : public PullerTest, public testing::WithParamInterface<AnswerCase> {};

TEST_P(Answers, IsAPageOrTheNamedError) {
  SignFor({"v.example"});
  const AnswerCase& answer = GetParam();
  http::Response response;
  response.status = answer.status;
  response.body = answer.body;
  if (answer.content_type[0] != '\0') response.headers.Add("content-type", answer.content_type);
  response.headers.Add("Location", "https://elsewhere.example/path?token=abc");
  test::ScriptedTransport transport;
  transport.Enqueue(std::move(response));
  const auto puller = MakePuller(transport, std::string("request { url: 'http://v.example/' } "
                                                        "limits { attempt_count_max: 1 } ") +
                                                answer.extra);
  const auto page = puller->Next({});
  const std::string_view reason = page.ok() ? "" : base::ReasonName(base::ReasonOf(page.status()));
  EXPECT_EQ(reason, answer.reason) << base::MessageOf(page.status());
  if (page.ok()) return;
  EXPECT_THAT(base::MessageOf(page.status()), HasSubstr(answer.says));
  for (const auto& [key, value] : base::MetadataOf(page.status())) {
    EXPECT_THAT(value, Not(HasSubstr("sentinel"))) << key;
    EXPECT_LE(value.size(), auth::kShownBytesMax) << key;
  }
  EXPECT_THAT(base::MessageOf(page.status()), Not(HasSubstr("sentinel")));
}

constexpr char kJson[] = "application/json";

INSTANTIATE_TEST_SUITE_P(
    Table, Answers,
    testing::Values(
        AnswerCase{"List", 200, kJson, "[]", "", "", ""},
        AnswerCase{"Created", 201, kJson, "[]", "", "", ""},
        AnswerCase{"Charset", 200, "Application/JSON ; charset=utf-8", "[]", "", "", ""},
        AnswerCase{"Suffix", 200, "application/vnd.api+json", "[]", "", "", ""},
        AnswerCase{"TextJson", 200, "text/json", "[]", "", "", ""},
        AnswerCase{"NoContentType", 200, "", "[]", "", "", ""},
        AnswerCase{"NoContent", 204, "", "", "records: 'data'", "", ""},
        AnswerCase{"Html", 200, "text/html", "<p>", "", "UNEXPECTED_CONTENT_TYPE", "text/html"},
        AnswerCase{"HtmlByDefinition", 200, "text/html", "[]",
                   "response { any_content_type: true }", "", ""},
        AnswerCase{"HtmlAfterAll", 200, "text/html", "<p>", "response { any_content_type: true }",
                   "JSON_INVALID", ""},
        AnswerCase{"EmptyBody", 200, kJson, "", "", "JSON_INVALID", ""},
        AnswerCase{"CutOffBody", 200, kJson, R"([{"id":1},{"i)", "", "JSON_INVALID", ""},
        AnswerCase{"InvalidUtf8", 200, kJson, "[\"\xFF\"]", "", "TEXT_INVALID", ""},
        AnswerCase{"NoRecords", 200, kJson, R"({"items":[],"meta":{}})", "records: 'data'",
                   "RECORDS_NOT_FOUND", "items, meta"},
        AnswerCase{"NullRecords", 200, kJson, R"({"data":null})", "records: 'data'",
                   "RECORDS_NOT_FOUND", "data"},
        AnswerCase{"NullBody", 200, kJson, "null", "", "RECORDS_NOT_FOUND", "is null"},
        AnswerCase{"MissingRecordsByDefinition", 200, kJson, "{}",
                   "records: 'data' response { records_may_be_missing: true }", "", ""},
        AnswerCase{"ObjectForAList", 200, kJson, R"({"data":{}})", "records: 'data'",
                   "RECORDS_NOT_A_LIST", "an object"},
        AnswerCase{"ObjectBody", 200, kJson, "{}", "", "RECORDS_NOT_A_LIST", "an object"},
        AnswerCase{"Unauthorized", 401, kJson, R"({"error":"bad key"})", "", "AUTH_FAILED",
                   "bad key"},
        AnswerCase{"Forbidden", 403, kJson, "", "", "AUTH_FAILED", "403"},
        AnswerCase{"NotFound", 404, "text/plain", "no such list", "", "VENDOR_ERROR",
                   "no such list"},
        AnswerCase{"EchoedSecret", 400, "text/plain", "bad header X-Key: sentinel", "",
                   "VENDOR_ERROR", "withheld"},
        AnswerCase{"SecretAtTheCut", 400, "text/plain", std::string(2044, 'x') + "sentinel", "",
                   "VENDOR_ERROR", "400"},
        AnswerCase{"LongBinaryBody", 500, "text/plain", std::string(5000, '\x01'), "",
                   "VENDOR_ERROR", "500"},
        AnswerCase{"NotUtf8Body", 500, "text/plain", "caf\xE9", "", "VENDOR_ERROR", "caf?"},
        AnswerCase{"Throttled", 429, kJson, "", "", "VENDOR_THROTTLED", "slow down"},
        AnswerCase{"Redirect", 302, kJson, "", "", "VENDOR_ERROR",
                   "redirects to https://elsewhere.example, which is not followed"},
        AnswerCase{"NotModified", 304, kJson, "", "", "VENDOR_ERROR", "304"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace syncline::pull
