#include "pull/validate_integration.h"

#include <gmock/gmock.h>

#include "tests/pull/puller_fixture.h"

namespace syncline::pull {
namespace {

using testing::ElementsAreArray;

struct ValidationCase {
  const char* name;
  std::string integration;
  std::vector<std::string> fields;
};

class ValidateIntegrationTable : public testing::TestWithParam<ValidationCase> {};

TEST_P(ValidateIntegrationTable, NamesEveryWrongField) {
  const absl::Status status = ValidateIntegration(ParseIntegration(GetParam().integration));
  std::vector<std::string> fields;
  for (const auto& violation : base::FieldViolationsOf(status)) fields.push_back(violation.field);
  EXPECT_THAT(fields, ElementsAreArray(GetParam().fields)) << base::MessageOf(status);
}

const char kUrl[] = "request { url: 'http://v.example/' } ";

INSTANTIATE_TEST_SUITE_P(
    Table, ValidateIntegrationTable,
    testing::Values(
        ValidationCase{"Smallest", kUrl, {}}, ValidationCase{"Empty", "", {"request.url"}},
        ValidationCase{"UrlOfVars",
                       "request { url: '{{vars.base}}/x' } "
                       "vars { key: 'base' value: 'v' }",
                       {"request.url"}},  // values are encoded: no origin can come from one
        ValidationCase{"HostOfVars",
                       "request { url: 'https://{{vars.host}}/x' } "
                       "vars { key: 'host' value: 'v.example' }",
                       {}},
        ValidationCase{"RelativeUrl", "request { url: '/items' }", {"request.url"}},
        ValidationCase{"Userinfo", "request { url: 'http://me:pw@v.example/' }", {"request.url"}},
        ValidationCase{
            "UnknownName", "request { url: 'http://v.example/{{secret.x}}' }", {"request.url"}},
        ValidationCase{
            "UnknownVar", "request { url: 'http://v.example/{{vars.x}}' }", {"request.url"}},
        ValidationCase{"Everything",
                       R"(display_name: ')" + std::string(256, 'x') + R"('
                       request {
                         url: 'http://v.example/{{'
                         query { key: '' value: 'x' }
                         query { key: 'q' value: '{{' }
                         headers { key: 'Authorization' value: 'x' }
                         headers { key: 'Host' value: 'x' }
                         headers { key: 'X Y' value: '{{nothing}}' }
                         body { string_value: '{{' }
                       }
                       vars { key: 'Bad' value: 'x' }
                       records: 'a.'
                       pagination { limit_offset {} }
                       limits {
                         page_count_max: 1000001 page_bytes_max: -1 attempt_count_max: 21
                         request_timeout { seconds: 601 } run_duration_max { seconds: -1 }
                         reject_count_max: 100001 retry_count_max: 100001
                       })",
                       {"displayName",
                        "vars.Bad",
                        "request.url",
                        "request.query.",
                        "request.query.q",
                        "request.headers.Authorization",
                        "request.headers.Host",
                        "request.headers.X Y",
                        "request.headers.X Y",
                        "request.body",
                        "request.body",
                        "pagination.limitOffset.limit",
                        "records",
                        "limits.pageCountMax",
                        "limits.pageBytesMax",
                        "limits.attemptCountMax",
                        "limits.rejectCountMax",
                        "limits.retryCountMax",
                        "limits.requestTimeout",
                        "limits.runDurationMax"}},
        ValidationCase{"HeaderWithALineBreak",
                       "request { url: 'http://v.example/' headers { key: 'X' value: 'a\\nb' } }",
                       {"request.headers.X"}},
        ValidationCase{
            "PaginationWithoutKind", std::string(kUrl) + "pagination {}", {"pagination"}},
        ValidationCase{"Formats",
                       std::string(kUrl) +
                           "response { format: RESPONSE_FORMAT_XML xml { lists: 'a' } "
                           "csv { delimiter: ';;' } }",
                       {"response.csv", "response.csv.delimiter", "response.xml.lists[0]"}},
        ValidationCase{"ZeroTimeout",
                       std::string(kUrl) + "limits { request_timeout {} }",
                       {"limits.requestTimeout"}},
        ValidationCase{"FirstByteTimeoutOutOfRange",
                       std::string(kUrl) + "limits { first_byte_timeout { seconds: 601 } }",
                       {"limits.firstByteTimeout"}},
        ValidationCase{
            "HugeTimeout",
            std::string(kUrl) + "limits { request_timeout { seconds: 9223372036854775807 } }",
            {"limits.requestTimeout"}},
        ValidationCase{"LargestLimits",
                       std::string(kUrl) +
                           "limits { page_count_max: 1000000 page_bytes_max: 67108864 "
                           "attempt_count_max: 20 request_timeout { seconds: 600 } "
                           "first_byte_timeout { seconds: 600 } retry_count_max: 100000 "
                           "run_duration_max { seconds: 86400 } reject_count_max: 100000 }",
                       {}}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace syncline::pull
