#include "pull/answer.h"

#include <gmock/gmock.h>

#include "tests/decode/archives.h"
#include "tests/pull/puller_fixture.h"
#include "tests/support/scripted_transport.h"

namespace syncline::pull {
namespace {

using testing::HasSubstr;
using testing::Not;

struct FormatCase {
  const char* name;
  const char* extra;  // of the integration
  const char* content_type;
  std::string body;
  const char* outcome;  // the ids, or the reason
};

class FormatTest : public PullerTest, public testing::WithParamInterface<FormatCase> {
 protected:
  absl::StatusOr<std::string> Pull(const FormatCase& answer) {
    http::Response response{.status = 200, .body = answer.body};
    response.headers.Add("Content-Type", answer.content_type);
    transport_.Enqueue(std::move(response));
    SignFor({"v.example"});
    const auto puller =
        MakePuller(transport_, std::string("request { url: 'http://v.example/' } ") + answer.extra);
    return PullIds(*puller);
  }
  test::ScriptedTransport transport_;
};

TEST_P(FormatTest, YieldsRecordsOrTheNamedError) {
  const auto ids = Pull(GetParam());
  EXPECT_EQ(ids.ok() ? *ids : base::ReasonName(base::ReasonOf(ids.status())), GetParam().outcome)
      << base::MessageOf(ids.status());
  if (ids.ok()) return;
  for (const auto& [key, value] : base::MetadataOf(ids.status())) {
    EXPECT_THAT(value, Not(HasSubstr("sentinel"))) << key;
  }
}

constexpr char kJson[] = "application/json";
constexpr char kLines[] = "response { format: RESPONSE_FORMAT_JSON_LINES }";
constexpr char kCsv[] = "response { format: RESPONSE_FORMAT_CSV }";
constexpr char kXml[] =
    "response { format: RESPONSE_FORMAT_XML xml { lists: 'r/u' } } records: 'r.u'";
constexpr char kList[] = R"([{"id":"1"},{"id":"2"}])";

INSTANTIATE_TEST_SUITE_P(
    Table, FormatTest,
    testing::Values(
        FormatCase{"JsonLines", kLines, "application/x-ndjson", "{\"id\":1}\n{\"id\":2}\n", "1,2"},
        FormatCase{"JsonLinesAsText", kLines, "text/plain", "{\"id\":1}\n", "1"},
        FormatCase{"JsonLinesEmpty", kLines, "text/plain", "", ""},
        FormatCase{"JsonLinesBroken", kLines, "text/plain", "{\"id\":1}\n{\"id\"\n",
                   "BODY_INVALID"},
        FormatCase{"JsonLinesHtml", kLines, "text/html; charset=utf-8", "<p>",
                   "UNEXPECTED_CONTENT_TYPE"},
        FormatCase{"Csv", kCsv, "text/csv", "id,n\n1,x\n2,\n", "1,2"},
        FormatCase{"CsvAsFile", kCsv, "application/octet-stream", "id\n1\n", "1"},
        FormatCase{"CsvHtml", kCsv, "text/html", "<p>", "UNEXPECTED_CONTENT_TYPE"},
        FormatCase{"CsvHtmlAsCsv", kCsv, "text/csv", "<!DOCTYPE html>\n<p>",
                   "UNEXPECTED_CONTENT_TYPE"},
        FormatCase{"CsvEmpty", kCsv, "text/csv", "", "BODY_INVALID"},
        FormatCase{"CsvTwoCompressions", kCsv, "application/zip",
                   decode::Zip({{"a.csv.gz", decode::Gzip("id\n1\n")}}), "1"},
        FormatCase{"Xml", kXml, "text/xml", "<r><u><id>1</id></u><u><id>2</id></u></r>", "1,2"},
        FormatCase{"XmlListOfOne", kXml, "text/xml", "<r><u><id>1</id></u></r>", "1"},
        FormatCase{"XmlListOfNone", kXml, "text/xml", "<r/>", ""},
        FormatCase{"XmlOneWithoutLists", "response { format: RESPONSE_FORMAT_XML } records: 'r.u'",
                   "text/xml", "<r><u><id>1</id></u></r>", "RECORDS_NOT_A_LIST"},
        FormatCase{"XmlWrongRoot", kXml, "text/xml", "<error>sentinel</error>",
                   "RECORDS_NOT_FOUND"},
        FormatCase{"XmlHtml", kXml, "application/xhtml+xml", "<html/>", "UNEXPECTED_CONTENT_TYPE"},
        FormatCase{"XmlNotXml", kXml, "text/xml", "{\"k\":\"sentinel\"}", "BODY_INVALID"},
        FormatCase{"XmlEntities", kXml, "text/xml",
                   "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><r>&x;</r>",
                   "BODY_INVALID"},
        FormatCase{"Gzip", "", kJson, decode::Gzip(kList), "1,2"},
        FormatCase{"GzipFile", "", "application/gzip", decode::Gzip(kList), "1,2"},
        FormatCase{"Zlib", "", kJson, decode::Zlib(kList), "1,2"},
        FormatCase{"Zip", "", "application/octet-stream", decode::Zip({{"a", kList}}), "1,2"},
        FormatCase{"FileNotCompressed", "", "application/gzip", kList, "UNEXPECTED_CONTENT_TYPE"},
        FormatCase{"CompressedHtml", "", "text/html", decode::Gzip("<p>"),
                   "UNEXPECTED_CONTENT_TYPE"},
        FormatCase{"GzipBroken", "", kJson, decode::Gzip(kList).substr(0, 20), "BODY_INVALID"},
        FormatCase{"GzipOfHtml", "", kJson, decode::Gzip("<p>sentinel"), "JSON_INVALID"},
        FormatCase{"Bomb", "", kJson, decode::Gzip(std::string(4 << 20, ' ')),
                   "RESPONSE_TOO_LARGE"},
        FormatCase{"PlainBeyondTheLimit", "limits { page_bytes_max: 1000 }", kJson,
                   decode::Gzip(std::string(999, ' ') + "[]"), "RESPONSE_TOO_LARGE"},
        FormatCase{"PlainAtTheLimit", "limits { page_bytes_max: 1000 }", kJson,
                   decode::Gzip(std::string(998, ' ') + "[]"), ""}),
    [](const auto& test) { return test.param.name; });

using AnswerTest = FormatTest;

TEST_F(AnswerTest, KeepsWhatCameInsteadWithoutTheSecret) {
  for (const FormatCase& answer :
       std::vector<FormatCase>{{"", "", kJson, "<html>key sentinel" + std::string(4'000, 'x'), ""},
                               {"", kLines, kJson, "{}\n<html>key sentinel", ""},
                               {"", kCsv, kJson, "<html>key sentinel", ""},
                               {"", kXml, kJson, "<html>key sentinel", ""},
                               {"", "records: 'data'", kJson, R"({"<html>key":"sentinel"})", ""}}) {
    const auto outcome = Pull(answer);
    ASSERT_FALSE(outcome.ok());
    const std::string body = base::MetadataOf(outcome.status())["body"];
    EXPECT_THAT(body, testing::AllOf(HasSubstr("<html>key"), HasSubstr("withheld")));
    EXPECT_LE(body.size(), 2'048U);
  }
}

TEST_F(AnswerTest, AsksForTheFormatUnlessTheDefinitionDoes) {
  for (const auto& [extra, accept] : std::vector<std::pair<std::string, std::string>>{
           {"", "application/json"}, {kCsv, "text/csv"}, {kXml, "application/xml, text/xml"}}) {
    ASSERT_FALSE(Pull({"", extra.c_str(), kJson, "", ""}).ok());
    EXPECT_EQ(transport_.requests().back().headers.Find("Accept"), accept);
  }
  const auto puller = MakePuller(
      transport_, "request { url: 'http://v.example/' headers { key: 'accept' value: 'a/b' } }");
  EXPECT_FALSE(puller->Next({}).ok());
  EXPECT_EQ(transport_.requests().back().headers.Find("Accept"), "a/b");
}

}  // namespace
}  // namespace syncline::pull
