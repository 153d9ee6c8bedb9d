#include "decode/body.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "tests/decode/cut.h"

namespace syncline::decode {
namespace {

using base::Reason;

constexpr std::size_t kBytesMax = 1 << 20;

absl::StatusOr<std::shared_ptr<const json::Document>> Parse(std::string body,
                                                            const v1::ResponseRules& rules,
                                                            std::size_t bytes_max = kBytesMax) {
  std::string refused;
  auto document = ParseBody(body, rules, bytes_max, &refused);
  EXPECT_EQ(refused.empty(), document.ok() || body.empty());
  return document;
}

v1::ResponseRules Rules(const std::string& text) {
  v1::ResponseRules rules;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &rules)) << text;
  return rules;
}

struct BodyCase {
  const char* name;
  const char* rules;
  const char* body;
  const char* document;
};

class BodyTest : public testing::TestWithParam<BodyCase> {};

TEST_P(BodyTest, BecomesOneDocument) {
  const auto document = Parse(GetParam().body, Rules(GetParam().rules));
  ASSERT_TRUE(document.ok()) << base::MessageOf(document.status());
  EXPECT_EQ(json::ToJson((*document)->root()), GetParam().document);
}

INSTANTIATE_TEST_SUITE_P(
    Formats, BodyTest,
    testing::Values(BodyCase{"json_by_default", "", R"({"a":[1.10]})", R"({"a":[1.10]})"},
                    BodyCase{"json", "format: RESPONSE_FORMAT_JSON", "[5E10]", "[5E10]"},
                    BodyCase{"json_lines", "format: RESPONSE_FORMAT_JSON_LINES",
                             "{\"a\":1}\n\n{\"a\":2}\n", R"([{"a":1},{"a":2}])"},
                    BodyCase{"no_lines", "format: RESPONSE_FORMAT_JSON_LINES", "", "[]"},
                    BodyCase{"csv", "format: RESPONSE_FORMAT_CSV csv { delimiter: ';' }",
                             "a;b\n1;2\n", R"([{"a":"1","b":"2"}])"},
                    BodyCase{"csv_without_rows", "format: RESPONSE_FORMAT_CSV", "a,b\n", "[]"},
                    BodyCase{"xml", "format: RESPONSE_FORMAT_XML xml { lists: 'r/u' }",
                             "<r><u id='1'>a</u></r>", R"({"r":{"u":[{"@id":"1","#text":"a"}]}})"}),
    [](const auto& test) { return test.param.name; });

struct RefusedCase {
  const char* name;
  const char* rules;
  std::string body;
  Reason reason;
  base::ErrorMetadata place;
};

class BodyRefusedTest : public testing::TestWithParam<RefusedCase> {};

TEST_P(BodyRefusedTest, SaysWhyAndWhere) {
  const auto document = Parse(GetParam().body, Rules(GetParam().rules));
  ASSERT_FALSE(document.ok());
  EXPECT_EQ(base::ReasonOf(document.status()), GetParam().reason)
      << base::MessageOf(document.status());
  base::ErrorMetadata metadata = base::MetadataOf(document.status());
  for (const auto& [key, value] : GetParam().place) EXPECT_EQ(metadata[key], value) << key;
}

INSTANTIATE_TEST_SUITE_P(
    Formats, BodyRefusedTest,
    testing::Values(
        RefusedCase{"empty_json", "", "", Reason::kJsonInvalid, {}},
        RefusedCase{
            "json", "", "{\n\"a\":\ntru}", Reason::kJsonInvalid, {{"line", "3"}, {"offset", "7"}}},
        RefusedCase{"json_line",
                    "format: RESPONSE_FORMAT_JSON_LINES",
                    "{}\n\n{\"a\" 1}\n",
                    Reason::kBodyInvalid,
                    {{"line", "3"}, {"offset", ""}}},
        RefusedCase{"html_as_json_lines",
                    "format: RESPONSE_FORMAT_JSON_LINES",
                    "<html>\n<body>\n",
                    Reason::kBodyInvalid,
                    {{"line", "1"}}},
        RefusedCase{"json_line_not_utf8",
                    "format: RESPONSE_FORMAT_JSON_LINES",
                    "\"\xC3\x28\"\n",
                    Reason::kTextInvalid,
                    {}},
        RefusedCase{
            "csv_not_utf8", "format: RESPONSE_FORMAT_CSV", "a\n\xE4\n", Reason::kTextInvalid, {}},
        RefusedCase{"csv",
                    "format: RESPONSE_FORMAT_CSV",
                    "a\n1,2\n",
                    Reason::kBodyInvalid,
                    {{"line", "2"}}},
        RefusedCase{"xml", "format: RESPONSE_FORMAT_XML", "<a><b></a>", Reason::kBodyInvalid, {}},
        RefusedCase{"deep_json_line",
                    "format: RESPONSE_FORMAT_JSON_LINES",
                    std::string(128, '[') + std::string(128, ']'),
                    Reason::kJsonTooDeep,
                    {}}),
    [](const auto& test) { return test.param.name; });

TEST(ParseBodyTest, HoldsWhatCsvGrowsTo) {
  const v1::ResponseRules rules = Rules("format: RESPONSE_FORMAT_CSV");
  // Each line of one byte becomes an object of about 1,000.
  std::string body = std::string(1'000, 'n') + "\n";
  for (int i = 0; i < 100; ++i) body += "1\n";
  EXPECT_TRUE(Parse(body, rules, 26'000).ok());
  EXPECT_EQ(base::ReasonOf(Parse(body, rules, 25'000).status()), Reason::kResponseTooLarge);
}

TEST(ParseBodyTest, HoldsTheSizeOfXml) {
  const v1::ResponseRules rules = Rules("format: RESPONSE_FORMAT_XML");
  EXPECT_TRUE(Parse("<abc/>", rules, 6).ok());
  EXPECT_EQ(base::ReasonOf(Parse("<abcd/>", rules, 6).status()), Reason::kResponseTooLarge);
}

TEST(ParsePageTest, NamesThePlaceInTheBody) {
  const auto pages_of = [](const v1::ResponseRules& rules, std::string_view body) {
    return CutAll(*MakeRecordCutter(rules, {}), body, 3, {.records_max = 2});
  };
  std::string refused;
  const v1::ResponseRules json = Rules("");
  auto pages = pages_of(json, "[1,2,\n3,tru]");
  ASSERT_TRUE(pages.ok());
  EXPECT_TRUE(ParsePage((*pages)[0], json, &refused).ok());
  auto page = ParsePage((*pages)[1], json, &refused);
  EXPECT_EQ(base::ReasonOf(page.status()), Reason::kJsonInvalid);
  EXPECT_EQ(base::MetadataOf(page.status())["offset"], "8");

  const v1::ResponseRules lines = Rules("format: RESPONSE_FORMAT_JSON_LINES");
  pages = pages_of(lines, "1\n2\n\n3\ntru\n");
  ASSERT_TRUE(pages.ok());
  page = ParsePage((*pages)[1], lines, &refused);
  EXPECT_EQ(base::ReasonOf(page.status()), Reason::kBodyInvalid);
  EXPECT_EQ(base::MetadataOf(page.status())["line"], "5");
}

struct CheckCase {
  const char* name;
  const char* rules;
  std::vector<std::string> fields;
};

class CheckFormatTest : public testing::TestWithParam<CheckCase> {};

TEST_P(CheckFormatTest, NamesEveryMistake) {
  base::FieldViolations violations;
  CheckFormat(Rules(GetParam().rules), &violations);
  std::vector<std::string> fields;
  for (const auto& violation : base::FieldViolationsOf(violations.ToStatus())) {
    fields.push_back(violation.field);
  }
  EXPECT_EQ(fields, GetParam().fields);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, CheckFormatTest,
    testing::Values(
        CheckCase{"nothing", "", {}},
        CheckCase{"csv",
                  "format: RESPONSE_FORMAT_CSV csv { delimiter: '|' columns: 'a' "
                  "skip_line_count: 1000 } stream: true",
                  {}},
        CheckCase{"xml", "format: RESPONSE_FORMAT_XML xml { lists: 'a/b' lists: 'a/c' }", {}},
        CheckCase{"unknown", "format: 9", {"format"}},
        CheckCase{"csv_of_another", "csv { }", {"csv"}},
        CheckCase{"xml_of_another", "format: RESPONSE_FORMAT_CSV xml { }", {"xml"}},
        CheckCase{"streamed_xml", "format: RESPONSE_FORMAT_XML stream: true", {"stream"}},
        CheckCase{"long_delimiter",
                  "format: RESPONSE_FORMAT_CSV csv { delimiter: '||' }",
                  {"csv.delimiter"}},
        CheckCase{
            "quote", "format: RESPONSE_FORMAT_CSV csv { delimiter: '\"' }", {"csv.delimiter"}},
        CheckCase{"wide_delimiter",
                  "format: RESPONSE_FORMAT_CSV csv { delimiter: '\\303\\244' }",
                  {"csv.delimiter"}},
        CheckCase{"columns",
                  "format: RESPONSE_FORMAT_CSV csv { columns: 'a' columns: '' "
                  "columns: 'a' skip_line_count: 1001 }",
                  {"csv.columns[1]", "csv.columns[2]", "csv.skipLineCount"}},
        CheckCase{"lists",
                  "format: RESPONSE_FORMAT_XML xml { lists: 'a' lists: 'a/' lists: 'a//b' "
                  "lists: 'a/b' lists: 'a/b' }",
                  {"xml.lists[4]", "xml.lists[0]", "xml.lists[1]", "xml.lists[2]"}}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace syncline::decode
