// How long a run waits for a list that the vendor prepares, and which waits park it.
#include <gmock/gmock.h>

#include "tests/pull/export_fixture.h"

namespace syncline::pull {
namespace {

using testing::ElementsAre;

const char kOrdered[] = R"({"id":"e1"})";

class ExportPausesTest : public ExportTest {};

struct PauseCase {
  const char* name;
  const char* more;
  const char* poll;
  const char* retry_after;
  std::vector<int> pauses;
  int parked;  // how often; the others are sat out
};

class ExportPauseTable : public ExportTest, public testing::WithParamInterface<PauseCase> {};

TEST_P(ExportPauseTable, WaitsAsItIsTold) {
  On("POST /exports", kOrdered);
  http::Response poll = test::JsonResponse(GetParam().poll);
  if (*GetParam().retry_after != 0) poll.headers.Add("Retry-After", GetParam().retry_after);
  On("GET /exports/e1", poll);
  EXPECT_EQ(PullParked(InChunks(GetParam().more + std::string(" timeout { seconds: 100 }"))), "1:");
  EXPECT_EQ(base::ReasonOf(outcome_), base::Reason::kExportJobTimeout) << base::MessageOf(outcome_);
  EXPECT_EQ(Pauses(), GetParam().pauses);
  EXPECT_EQ(parked_, GetParam().parked);
  EXPECT_EQ(CountOf("POST /exports"), 1);
  EXPECT_EQ(CountOf("GET /exports/e1"), 1 + static_cast<int>(GetParam().pauses.size()));
}

INSTANTIATE_TEST_SUITE_P(
    Table, ExportPauseTable,
    testing::Values(
        PauseCase{"Alike", "poll_interval { seconds: 25 }", "{}", "", {25, 25, 25, 25}, 0},
        PauseCase{"JustNotParked", "poll_interval { seconds: 30 }", "{}", "", {30, 30, 30, 10}, 0},
        PauseCase{"JustParked", "poll_interval { seconds: 31 }", "{}", "", {31, 31, 31, 7}, 3},
        PauseCase{
            "ToTheTimeoutAndNotBeyond", "poll_interval { seconds: 60 }", "{}", "", {60, 40}, 2},
        PauseCase{"Growing",
                  "poll_interval { seconds: 4 } poll_interval_max { seconds: 40 }",
                  "{}",
                  "",
                  {4, 4, 4, 6, 9, 13, 20, 30, 8},  // 30.4 s, that is
                  1},
        PauseCase{"RetryAfter", "", "{}", "30", {30, 30, 30, 10}, 0},
        PauseCase{"ItsOwnWord", "poll_wait: 'response.wait'", R"({"wait":50})", "30", {50, 50}, 2},
        PauseCase{
            "NoWord", "poll_wait: 'response.wait'", R"({"wait":null})", "30", {30, 30, 30, 10}, 0},
        PauseCase{
            "LongerThanAnHour", "poll_wait: 'response.wait'", R"({"wait":90000})", "", {100}, 1}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(ExportPausesTest, ALongPauseParksTheRunWhichGoesOnWithItsJob) {
  ServeChunks();
  const std::string integration = InChunks("poll_interval { seconds: 60 }");
  const auto puller = MakeExport(integration);
  const auto order = puller->Next({});
  ASSERT_TRUE(order.ok());
  const absl::Status status = FailureOf(*puller);
  const auto park = http::ParkOf(status);
  ASSERT_TRUE(park.has_value()) << base::MessageOf(status);
  EXPECT_EQ(park->wait.reason, base::Reason::kExportJobTimeout);
  EXPECT_EQ(park->wait.message, "The vendor prepares the list; it is asked again then.");
  EXPECT_EQ(park->wait.delay, std::chrono::seconds(60));
  EXPECT_EQ(park->due, clock_.SteadyNow() + std::chrono::seconds(60));
  EXPECT_THAT(waits_, testing::IsEmpty()) << "nobody sits it out";
  puller->Committed(1);
  puller->CleanUp(false, {});

  clock_.Advance(std::chrono::seconds(60));
  const auto next = MakeExport(integration);
  ASSERT_TRUE(next->Resume(1, (*order)->checkpoint).ok());
  EXPECT_EQ(PullAll(*next), "2:a,b 3:c.");
  EXPECT_THAT(Sent(), ElementsAre("POST /exports", "GET /exports/e1", "GET /exports/e1",
                                  "GET /exports/e1/chunks/1", "GET /exports/e1/chunks/2"));
  EXPECT_THAT(waits_, testing::IsEmpty()) << "it polls at once";
}

TEST_F(ExportPausesTest, APartitionParksAndComesBackToItsOwn) {
  for (const std::string site : {"x", "y"}) {
    On("POST /exports?site=" + site, R"({"id":"e)" + site + "\"}");
    On("GET /exports/e" + site, R"({"status":"QUEUED"})");
    On("GET /exports/e" + site, R"({"status":"FINISHED","chunks":[1]})");
    On("GET /exports/e" + site + "/chunks/1", R"([{"id":")" + site + "1\"}]");
  }
  On("GET /sites", R"([{"id":"x"},{"id":"y"}])");
  EXPECT_EQ(
      PullParked(
          "request { url: 'https://v.example/exports/{{job}}/chunks/{{part}}' } export_job { "
          "create { method: METHOD_POST url: 'https://v.example/exports?site={{parent.id}}' } "
          "job: 'response.id' poll { url: 'https://v.example/exports/{{job}}' } "
          "ready_when: \"response.status == 'FINISHED'\" parts: 'response.chunks' "
          "poll_interval { seconds: 60 } } "
          "fan_out { levels { name: 'site' request { request { url: 'https://v.example/sites' } } "
          "} }"),
      "1/x: 2/x:x1 3/y: 4/y:y1.");
  EXPECT_TRUE(outcome_.ok()) << base::MessageOf(outcome_);
  EXPECT_EQ(parked_, 2) << "although parents were listed: they are listed again";
  EXPECT_EQ(CountOf("POST /exports?site=x"), 1);
  EXPECT_EQ(CountOf("POST /exports?site=y"), 1);
}

TEST_F(ExportPausesTest, ZeroSecondsAreOne) {
  On("POST /exports", kOrdered);
  On("GET /exports/e1", R"({"wait":0})");
  (void)FailureOf(*MakeExport(InChunks("poll_wait: 'response.wait' timeout { seconds: 3 }")));
  EXPECT_THAT(Pauses(), ElementsAre(1, 1, 1));
}

TEST_F(ExportPausesTest, TimeThatNobodyWaitedCounts) {
  On("POST /exports", kOrdered);
  On("GET /exports/e1", R"({"status":"QUEUED"})");
  const auto page = MakeExport(InChunks())->Next({});
  ASSERT_TRUE(page.ok());
  clock_.Advance(std::chrono::hours(1));
  const auto puller = MakeExport(InChunks());
  ASSERT_TRUE(puller->Resume(1, (*page)->checkpoint).ok());
  EXPECT_EQ(base::ReasonOf(FailureOf(*puller)), base::Reason::kExportJobTimeout);
  EXPECT_EQ(CountOf("GET /exports/e1"), 1) << "it might be ready by now";
  EXPECT_THAT(Pauses(), testing::IsEmpty());
}

TEST_F(ExportPausesTest, AStopEndsTheWait) {
  std::stop_source stop;
  test::ScriptedTransport vendor([&](const http::Request& request) {
    if (request.method == http::Method::kPost) return test::JsonResponse(kOrdered);
    stop.request_stop();
    return test::JsonResponse(R"({"status":"QUEUED"})");
  });
  const auto puller = MakePuller(vendor, InChunks());
  ASSERT_TRUE(puller->Next({}).ok());
  const auto page = puller->Next(stop.get_token());
  EXPECT_EQ(base::ReasonOf(page.status()), base::Reason::kCancelled);
  EXPECT_EQ(vendor.requests().size(), 2U) << "one order, one poll";
}

}  // namespace
}  // namespace syncline::pull
