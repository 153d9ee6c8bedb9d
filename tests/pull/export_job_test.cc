// Lists that the vendor prepares: the order, the parts, and what a run that goes on after a crash
// makes of them.
#include "pull/export_job.h"

#include <gmock/gmock.h>

#include "tests/pull/export_fixture.h"

namespace syncline::pull {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ExportJobTest : public ExportTest {};

TEST_F(ExportJobTest, IsOrderedWaitedForAndFetchedInParts) {
  ServeChunks();
  const auto puller = MakeExport(InChunks());
  EXPECT_EQ(PullAll(*puller), "1: 2:a,b 3:c.") << "the order is a page of its own";
  EXPECT_THAT(Sent(), ElementsAre("POST /exports", "GET /exports/e1", "GET /exports/e1",
                                  "GET /exports/e1/chunks/1", "GET /exports/e1/chunks/2"));
  EXPECT_THAT(Pauses(), ElementsAre(10));
  EXPECT_EQ(waits_[0].reason, base::Reason::kExportJobTimeout);
}

TEST_F(ExportJobTest, ARunThatGoesOnGoesOnWithItsJob) {
  ServeChunks();
  EXPECT_EQ(ExportEachAnew(InChunks()), "1: 2:a,b 3:c.");
  EXPECT_EQ(CountOf("POST /exports"), 1);
  EXPECT_EQ(CountOf("GET /exports/e1/chunks/1"), 1);
  EXPECT_EQ(CountOf("GET /exports/e1/chunks/2"), 1);
  EXPECT_EQ(CountOf("GET /exports/e1"), 3) << "each attempt looks whether the job lives";
}

TEST_F(ExportJobTest, PartsArePagedAndCountOn) {
  ServeChunks();
  script_.erase("GET /exports/e1/chunks/1");
  script_.erase("GET /exports/e1/chunks/2");
  On("GET /exports/e1/chunks/1?limit=2&offset=0", R"([{"id":"a"},{"id":"b"}])");
  On("GET /exports/e1/chunks/1?limit=2&offset=2", R"([{"id":"c"}])");
  On("GET /exports/e1/chunks/2?limit=2&offset=0", R"([{"id":"d"}])");
  const std::string paged = InChunks() + " pagination { limit_offset { limit: 2 } }";
  EXPECT_EQ(PullAll(*MakeExport(paged)), "1: 2:a,b 3:c 4:d.");
  EXPECT_EQ(ExportEachAnew(paged), "1: 2:a,b 3:c 4:d.");
}

TEST_F(ExportJobTest, OneDownloadNeedsNoParts) {
  const std::string simple =
      "request { url: 'https://v.example/files/{{poll.file}}' } export_job { "
      "create { url: 'https://v.example/order' } poll { url: 'https://v.example/poll/{{job.poll}}' "
      "} "
      "ready_when: 'status == `200`' }";
  On("GET /order", R"({"poll":"x"})");
  On("GET /poll/x", http::Response{.status = 202});  // an empty body is none to look into
  On("GET /poll/x", R"({"file":"f"})");
  On("GET /files/f", R"([{"id":"a"}])");
  EXPECT_EQ(PullAll(*MakeExport(simple)), "1: 2:a.");
}

TEST_F(ExportJobTest, AnOrderMayAnswerWithAHeaderAlone) {
  http::Response accepted{.status = 202};
  accepted.headers.Add("Location", "/jobs/7");
  On("POST /order", accepted);
  On("GET /jobs/7", R"({"rows":[{"id":"a"}]})");
  EXPECT_EQ(PullAll(*MakeExport(
                "request { url: 'https://v.example/jobs/7' } records: 'rows' export_job { "
                "create { method: METHOD_POST url: 'https://v.example/order' } "
                "job: 'headers.location' "
                "poll { url: \"https://v.example/jobs/{{split(job, '/')[-1]}}\" } "
                "ready_when: 'response.rows' }")),
            "1: 2:a.");
}

TEST_F(ExportJobTest, AnEmptyExportIsAnEmptyList) {
  On("POST /exports", R"({"id":"e1"})");
  On("GET /exports/e1", R"({"status":"FINISHED","chunks":[]})");
  EXPECT_EQ(PullAll(*MakeExport(InChunks())), "1: 2:.");
}

TEST_F(ExportJobTest, APartThatIsListedTwiceIsFetchedOnce) {
  ServeChunks();
  script_["GET /exports/e1"] = {test::JsonResponse(R"({"status":"FINISHED","chunks":[1,1,2,1]})")};
  EXPECT_EQ(PullAll(*MakeExport(InChunks())), "1: 2:a,b 3:c.");
}

TEST_F(ExportJobTest, EachPartitionHasItsOwn) {
  for (const std::string site : {"x", "y"}) {
    On("POST /exports?site=" + site, R"({"id":"e)" + site + "\"}");
    On("GET /exports/e" + site, R"({"status":"FINISHED","chunks":[1]})");
    On("GET /exports/e" + site + "/chunks/1", R"([{"id":")" + site + "1\"}]");
    On("DELETE /exports/e" + site, http::Response{.status = 204});
  }
  const std::string integration =
      "request { url: 'https://v.example/exports/{{job}}/chunks/{{part}}' } export_job { "
      "create { method: METHOD_POST url: 'https://v.example/exports?site={{parent}}' } "
      "job: 'response.id' poll { url: 'https://v.example/exports/{{job}}' } "
      "ready_when: \"response.status == 'FINISHED'\" parts: 'response.chunks' "
      "clean_up { method: METHOD_DELETE url: 'https://v.example/exports/{{job}}' } } "
      "fan_out { levels { name: 'site' values { values { string_value: 'x' } "
      "values { string_value: 'y' } } } }";
  EXPECT_EQ(ExportEachAnew(integration), "1/x: 2/x:x1 3/y: 4/y:y1.");
  EXPECT_EQ(CountOf("POST /exports?site=x"), 1);

  const auto puller = MakeExport(integration);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(puller->Next({}).ok());
  EXPECT_EQ(CountOf("DELETE /exports/ex"), 0) << "page 2 is not committed";
  puller->Committed(2);
  ASSERT_TRUE(puller->Next({}).ok());
  EXPECT_EQ(CountOf("DELETE /exports/ex"), 1) << "when the page with its end is committed";
  puller->Committed(4);
  puller->CleanUp(true, {});
  EXPECT_EQ(CountOf("DELETE /exports/ex"), 1);
  EXPECT_EQ(CountOf("DELETE /exports/ey"), 1);
}

TEST_F(ExportJobTest, AJobThatTheVendorLostIsOrderedAnew) {
  ServeChunks();
  const auto first = MakeExport(InChunks());
  ASSERT_TRUE(first->Next({}).ok());
  const auto page = first->Next({});
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(Describe(**page), "2:a,b");

  script_["GET /exports/e1"] = {test::JsonResponse(R"({"error":"expired"})", 410)};
  script_["POST /exports"] = {test::JsonResponse(R"({"id":"e2"})")};
  On("GET /exports/e2", R"({"status":"FINISHED","chunks":[5]})");
  On("GET /exports/e2/chunks/5", R"([{"id":"a"},{"id":"b"},{"id":"c"}])");
  const auto second = MakeExport(InChunks());
  ASSERT_TRUE(second->Resume(2, (*page)->checkpoint).ok());
  EXPECT_EQ(PullAll(*second), "3: 4:a,b,c.");
  EXPECT_EQ(CountOf("POST /exports"), 2);
}

TEST_F(ExportJobTest, AJobIsLostTwiceAtMost) {
  On("POST /exports", R"({"id":"e1"})");
  On("GET /exports/e1", R"({"error":"expired"})", 404);
  std::string checkpoint;
  for (int pages = 0; pages < ExportJob::kOrdersMax; ++pages) {
    const auto puller = MakeExport(InChunks());
    ASSERT_TRUE(puller->Resume(pages, checkpoint).ok());
    const auto page = puller->Next({});
    ASSERT_TRUE(page.ok()) << base::MessageOf(page.status());
    checkpoint = (*page)->checkpoint;
  }
  const auto puller = MakeExport(InChunks());
  ASSERT_TRUE(puller->Resume(ExportJob::kOrdersMax, checkpoint).ok());
  const absl::Status failure = FailureOf(*puller);
  EXPECT_EQ(base::ReasonOf(failure), base::Reason::kExportJobFailed);
  EXPECT_THAT(base::MessageOf(failure), HasSubstr("expired"));
  EXPECT_EQ(CountOf("POST /exports"), ExportJob::kOrdersMax);
}

TEST_F(ExportJobTest, OfOtherPartsThanBeforeTheFirstComesFirst) {
  ServeChunks();
  const auto first = MakeExport(InChunks());
  ASSERT_TRUE(first->Next({}).ok());
  const auto page = first->Next({});
  script_["GET /exports/e1"] = {test::JsonResponse(R"({"status":"FINISHED","chunks":[2,1]})")};
  const auto second = MakeExport(InChunks());
  ASSERT_TRUE(second->Resume(2, (*page)->checkpoint).ok());
  EXPECT_EQ(PullAll(*second), "3:c 4:a,b.") << "nothing is left out";
}

struct FailureCase {
  const char* name;
  std::string order;
  int poll_status;
  std::string poll;
  const char* more;  // fields of the job
  base::Reason reason;
  const char* words;
};

class ExportFailureTable : public ExportTest, public testing::WithParamInterface<FailureCase> {};

TEST_P(ExportFailureTable, SaysWhatTheVendorSays) {
  On("POST /exports", GetParam().order);
  On("GET /exports/e1", GetParam().poll, GetParam().poll_status);
  const absl::Status failure = FailureOf(*MakeExport(InChunks(GetParam().more)));
  EXPECT_EQ(base::ReasonOf(failure), GetParam().reason) << base::MessageOf(failure);
  EXPECT_THAT(base::MessageOf(failure), HasSubstr(GetParam().words));
}

const char kOrdered[] = R"({"id":"e1"})";

INSTANTIATE_TEST_SUITE_P(
    Table, ExportFailureTable,
    testing::Values(
        FailureCase{"Failed", kOrdered, 200, R"({"status":"ERROR","why":"disk full"})", "",
                    base::Reason::kExportJobFailed, "disk full"},
        FailureCase{"FailedBeforeReady", kOrdered, 200, R"({"status":"FINISHED","why":"partial"})",
                    "", base::Reason::kExportJobFailed, "partial"},
        FailureCase{"Unknown", kOrdered, 404, R"({"error":"no export e1"})", "",
                    base::Reason::kExportJobFailed, "no export e1"},
        FailureCase{"PollRefused", kOrdered, 400, R"({"error":"bad id"})", "",
                    base::Reason::kVendorError, "bad id"},
        FailureCase{"NeverReady", kOrdered, 200, R"({"status":"QUEUED","place":12})",
                    "timeout { seconds: 60 }", base::Reason::kExportJobTimeout,
                    "not ready 60 s after it was ordered. The vendor says: "
                    "{\"status\":\"QUEUED\",\"place\":12}"},
        FailureCase{"NoJob", R"({"error":"too many exports"})", 200, "{}", "",
                    base::Reason::kExportJobFailed, "too many exports"},
        FailureCase{"PartsNull", kOrdered, 200, R"({"status":"FINISHED"})", "",
                    base::Reason::kExportJobFailed, "its parts are null"},
        FailureCase{"PartNull", kOrdered, 200, R"({"status":"FINISHED","chunks":[1,null]})", "",
                    base::Reason::kExportJobFailed, "A part of the export is null."},
        FailureCase{"WaitIsNone", kOrdered, 200, R"({"status":"QUEUED","wait":"soon"})",
                    "poll_wait: 'response.wait'", base::Reason::kExpressionFailed, "soon"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(ExportJobTest, AnExportThatIsGoneWhenItIsFetchedHasFailed) {
  ServeChunks();
  script_["GET /exports/e1/chunks/2"] = {test::JsonResponse(R"({"error":"purged"})", 410)};
  const auto puller = MakeExport(InChunks());
  const absl::Status failure = FailureOf(*puller);
  EXPECT_EQ(base::ReasonOf(failure), base::Reason::kExportJobFailed);
  EXPECT_THAT(base::MessageOf(failure), HasSubstr("purged"));
}

TEST_F(ExportJobTest, WhatIsKeptOfAJobIsBounded) {
  const auto failure_of = [this](std::size_t bytes) {
    script_["POST /exports"] = {
        test::JsonResponse(R"({"id":")" + std::string(bytes - 2, 'e') + R"("})")};
    const auto page = MakeExport(InChunks())->Next({});
    return page.ok() ? "" : base::MessageOf(page.status());
  };
  EXPECT_EQ(failure_of(ExportJobPlan::kJobBytesMax), "");
  EXPECT_THAT(failure_of(ExportJobPlan::kJobBytesMax + 1), HasSubstr("at most 16384 are kept"));
}

TEST_F(ExportJobTest, AJobThatRepeatsTheSignInIsNotKept) {
  SignFor({"v.example"});
  On("POST /exports", R"({"id":"e-sentinel"})");
  const absl::Status failure = FailureOf(*MakeExport(InChunks()));
  EXPECT_EQ(base::ReasonOf(failure), base::Reason::kExportJobFailed);
  EXPECT_THAT(base::MessageOf(failure), testing::Not(HasSubstr("sentinel")));
}

TEST_F(ExportJobTest, ACheckpointOfAnotherKindIsRefused) {
  const auto puller = MakeExport(InChunks());
  for (const char* const text : {"{}", R"({"index":0})", R"({"job":1,"order_time":-1})", "["}) {
    EXPECT_EQ(base::ReasonOf(puller->Resume(1, text)), base::Reason::kInternal) << text;
  }
}

TEST_F(ExportJobTest, TheOrderSeesTheState) {
  const std::string integration =
      "request { url: 'https://v.example/file' } export_job { "
      "create { url: 'https://v.example/order?since={{state.cursor}}' } job: 'response.id' "
      "poll { url: 'https://v.example/poll' } ready_when: '`true`' } "
      "incremental { type: TYPE_NUMBER record_field: 'n' initial: '5' }";
  On("GET /order?since=5", kOrdered);
  On("GET /poll", "{}");
  On("GET /file", R"([{"id":"a","n":9}])");
  const auto puller = MakeExport(integration);
  ASSERT_TRUE(puller->Next({}).ok());
  const auto page = puller->Next({});
  ASSERT_TRUE(page.ok()) << base::MessageOf(page.status());
  ASSERT_EQ((*page)->states.size(), 1U);
  EXPECT_EQ((*page)->states[0].value, 9);
}

TEST_F(ExportJobTest, ParentsInAFanOutAreNotOrdered) {
  On("GET /sites", R"([{"id":1}])");
  On("POST /exports", kOrdered);
  On("GET /exports/e1", R"({"status":"FINISHED","chunks":[1]})");
  On("GET /exports/e1/chunks/1", R"([{"id":"a"}])");
  EXPECT_EQ(PullAll(*MakeExport(InChunks() + " fan_out { levels { name: 'site' request { request { "
                                             "url: 'https://v.example/sites' } } } }")),
            "1/1: 2/1:a.");
  EXPECT_EQ(CountOf("POST /exports"), 1);
}

}  // namespace
}  // namespace syncline::pull
