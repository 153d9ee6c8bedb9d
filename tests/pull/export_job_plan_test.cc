// What is wrong with an export job is told when it is saved, all at once.
#include "pull/export_job_plan.h"

#include <gmock/gmock.h>

#include "tests/pull/puller_fixture.h"

namespace syncline::pull {
namespace {

using testing::ElementsAreArray;

struct ExportCase {
  const char* name;
  std::string integration;
  std::vector<std::string> fields;
};

class ExportPlanTable : public testing::TestWithParam<ExportCase> {};

TEST_P(ExportPlanTable, NamesEveryWrongField) {
  const absl::Status status = ValidateIntegration(ParseIntegration(GetParam().integration));
  std::vector<std::string> fields;
  for (const auto& violation : base::FieldViolationsOf(status)) fields.push_back(violation.field);
  EXPECT_THAT(fields, ElementsAreArray(GetParam().fields)) << base::MessageOf(status);
}

const char kUrl[] = "request { url: 'http://v.example/' } ";
const char kJobs[] =
    "create { url: 'http://v.example/c' } poll { url: 'http://v.example/{{job.id}}' } "
    "ready_when: 'response.ready' ";

std::string Export(const std::string& more, const std::string& list = kUrl) {
  return list + "export_job { " + kJobs + more + " }";
}

INSTANTIATE_TEST_SUITE_P(
    Table, ExportPlanTable,
    testing::Values(
        ExportCase{"Smallest", Export(""), {}},
        ExportCase{"Nothing",
                   std::string(kUrl) + "export_job {}",
                   {"exportJob.create", "exportJob.poll", "exportJob.readyWhen"}},
        ExportCase{"PartsAreHeld", Export("") + " response { stream: true }", {"exportJob"}},
        ExportCase{
            "Everything",
            "request { url: 'http://v.example/{{jobs}}' } fan_out { parallel_count: 2 "
            "levels { name: 'x' values { values { string_value: 'a' } } } } export_job { "
            "create { url: '/c' headers { key: 'X' value: '{{job}}' } } "
            "poll { url: 'http://v.example/{{part}}' } "
            "clean_up { url: 'http://v.example/{{page.number}}' } "
            "job: 'job' ready_when: 'a.' failed_when: 'answer.failed' "
            "poll_wait: 'record' download_urls: 'urls' parts: 'chunks' "
            "poll_interval { nanos: 999999999 } poll_interval_max { seconds: 3601 } "
            "timeout { seconds: 86401 } download_hosts: 'https://files.example' "
            "response { stream: true rules { action: ACTION_RESTART_PAGING } } }",
            {"fanOut.parallelCount", "exportJob.create.headers.X", "exportJob.create.url",
             "exportJob.poll.url", "exportJob.cleanUp.url", "exportJob.job", "exportJob.readyWhen",
             "exportJob.failedWhen", "exportJob.pollWait", "exportJob.downloadUrls",
             "exportJob.parts", "exportJob.parts", "exportJob.pollInterval",
             "exportJob.pollIntervalMax", "exportJob.timeout", "exportJob.response.rules[0].action",
             "exportJob.response.stream", "exportJob.downloadHosts[0]", "request.url"}},
        ExportCase{"UrlsTakeTheRequestsPlace",
                   Export("download_urls: 'response.urls'",
                          "request { method: METHOD_POST url: 'http://v.example/' "
                          "query { key: 'a' value: 'b' } parameters { name: 'c' value: 'd' } "
                          "body { string_value: 'x' } } "),
                   {"request.url", "request.query", "request.parameters", "request.method",
                    "request.body"}},
        ExportCase{"UrlsWithHeaders",
                   Export("download_urls: 'response.urls'",
                          "request { headers { key: 'X' value: '{{job.id}}' } } "),
                   {}},
        ExportCase{"NamesInTheList",
                   Export("parts: 'response.parts'",
                          "request { url: 'http://v.example/{{job.id}}/{{poll.x}}/{{part}}' } "
                          "pagination { limit_page { limit: 2 } total: 'response.total' } "),
                   {}},
        ExportCase{"PartWithoutParts",
                   Export("", "request { url: 'http://v.example/{{part}}' } "),
                   {"request.url"}},
        ExportCase{"DetailsDoNotSeeTheJob",
                   Export("") + "details { name: 'd' request { url: 'http://v.example/{{job}}' } }",
                   {"details[0].request.url"}},
        ExportCase{"IntervalsOutOfOrder",
                   Export("poll_interval { seconds: 20 } poll_interval_max { seconds: 19 }"),
                   {"exportJob.pollIntervalMax"}},
        ExportCase{"LargestTimes",
                   Export("poll_interval { seconds: 3600 } poll_interval_max { seconds: 3600 } "
                          "timeout { seconds: 86400 }"),
                   {}},
        ExportCase{
            "SmallestTimes", Export("poll_interval { seconds: 1 } timeout { seconds: 1 }"), {}},
        ExportCase{"EightHosts",
                   Export("download_hosts: ['a.example', 'b.example', 'c.example', 'd.example', "
                          "'e.example', 'f.example', 'g.example', 'h.example:8443']"),
                   {}},
        ExportCase{"NineHosts",
                   Export("download_hosts: ['a.example', 'b.example', 'c.example', 'd.example', "
                          "'e.example', 'f.example', 'g.example', 'h.example', 'i.example']"),
                   {"exportJob.downloadHosts"}},
        ExportCase{"FormatOfTheAnswers",
                   Export("response { csv { delimiter: ';;' } }"),
                   {"exportJob.response.csv", "exportJob.response.csv.delimiter"}}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace syncline::pull
