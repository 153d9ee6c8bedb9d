#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>

#include "api/run_handler.h"
#include "syncline/v1/credential_service.pb.h"
#include "syncline/v1/integration_service.pb.h"
#include "syncline/v1/mapping_service.pb.h"
#include "syncline/v1/object_service.pb.h"
#include "syncline/v1/object_type_service.pb.h"
#include "syncline/v1/run_service.pb.h"
#include "syncline/v1/schedule_service.pb.h"
#include "syncline/v1/workspace_service.pb.h"
#include "tests/api/api_fixture.h"
#include "tests/api/run_watch.h"
#include "tests/support/run_tables.h"

namespace syncline::api {
namespace {

using ::testing::ElementsAre;

constexpr const char* kParent = "workspaces/default/integrations/users";

class RunServiceTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    if (IsSkipped()) return;
    tables_.emplace(*migrated_);
    tables_->AddIntegration("users");
  }
  absl::StatusOr<v1::Run> Start(const std::string& rest = "") {
    return CallText<v1::Run, v1::StartRunRequest>(
        "RunService/StartRun", "parent: \"" + std::string(kParent) + "\" " + rest);
  }
  absl::StatusOr<v1::Run> Cancel(const std::string& name) {
    return CallText<v1::Run, v1::CancelRunRequest>("RunService/CancelRun",
                                                   "name: \"" + name + "\"");
  }
  std::optional<test::RunTables> tables_;
};

TEST_F(RunServiceTest, StartsOncePerRequestIdAndOneAtATime) {
  const std::string id = "request_id: \"01900000-0000-7000-8000-0000000000cc\"";
  const auto run = Start(id);
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(run->state(), v1::Run::STATE_QUEUED);
  EXPECT_EQ(run->latest_sequence(), 1);
  EXPECT_EQ(Start(id)->name(), run->name());
  const absl::Status active = Start().status();
  EXPECT_EQ(ReasonText(active), "RUN_ACTIVE");
  EXPECT_EQ(base::MetadataOf(active)["run"], run->name());
}

TEST_F(RunServiceTest, CancelledRunsStayAsHistory) {
  const auto first = Start();
  ASSERT_TRUE(first.ok());
  const auto cancelled = Cancel(first->name());
  ASSERT_TRUE(cancelled.ok()) << cancelled.status();
  EXPECT_EQ(cancelled->state(), v1::Run::STATE_CANCELLED);
  EXPECT_EQ(ReasonText(Cancel(first->name()).status()), "RUN_NOT_ACTIVE");
  const auto second = Start();
  ASSERT_TRUE(second.ok()) << second.status();
  for (const char* parent : {kParent, "workspaces/default/integrations/-"}) {
    const auto listed = CallText<v1::ListRunsResponse, v1::ListRunsRequest>(
        "RunService/ListRuns", "parent: \"" + std::string(parent) + "\"");
    ASSERT_TRUE(listed.ok()) << listed.status();
    ASSERT_EQ(listed->runs_size(), 2);
    EXPECT_EQ(listed->runs(0).name(), second->name()) << "newest first";
  }
}

TEST_F(RunServiceTest, UnknownRunsAndIntegrationsAreNotFound) {
  const std::string missing = std::string(kParent) + "/runs/01900000-0000-7000-8000-000000000001";
  EXPECT_EQ(ReasonText(Cancel(missing).status()), "NOT_FOUND");
  const auto events = CallText<v1::ListRunEventsResponse, v1::ListRunEventsRequest>(
      "RunService/ListRunEvents", "parent: \"" + missing + "\"");
  EXPECT_EQ(ReasonText(events.status()), "NOT_FOUND");
  EXPECT_EQ(
      ReasonText(CallText<v1::Run, v1::StartRunRequest>(
                     "RunService/StartRun", R"(parent: "workspaces/other/integrations/users")")
                     .status()),
      "NOT_FOUND");
}

TEST_F(RunServiceTest, EventsAndRejectsAreListedByPage) {
  const auto run = Start();
  ASSERT_TRUE(Cancel(run->name()).ok());
  v1::ListRunEventsRequest request;
  request.set_parent(run->name());
  request.set_page_size(1);
  std::vector<std::int64_t> sequences;
  do {
    const auto page = Call<v1::ListRunEventsResponse>("RunService/ListRunEvents", request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const auto& event : page->events()) sequences.push_back(event.sequence());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(sequences, ElementsAre(1, 2));
  migrated_->Query(
      "INSERT INTO ws_default.syncline_reject (run_id, page_number, record_index, "
      "reason, message, field, record, record_truncated, mapping_version) VALUES ('" +
      LastId(run->name()) + "', 1, 7, 'CONVERSION_FAILED', 'm', 'f', '{}', false, 1) RETURNING 1");
  const auto rejects = CallText<v1::ListRejectsResponse, v1::ListRejectsRequest>(
      "RunService/ListRejects", "parent: \"" + run->name() + "\"");
  ASSERT_TRUE(rejects.ok()) << rejects.status();
  ASSERT_EQ(rejects->rejects_size(), 1);
  EXPECT_EQ(rejects->rejects(0).record_index(), 7);
}

TEST_F(RunServiceTest, ExchangesAreListedByPage) {
  const auto run = Start();
  ASSERT_TRUE(run.ok()) << run.status();
  constexpr int kCount = RunHandler::kExchangesPerPageMax + 2;
  migrated_->Query(
      "INSERT INTO ws_default.syncline_exchange (run_id, exchange_id, integration_uid, failed, "
      "exchange) SELECT '" +
      LastId(run->name()) + "', n, 1, false, '{\"cause\": \"page 1\", \"reason\": \"X\"}' FROM " +
      "generate_series(1, " + std::to_string(kCount) + ") n RETURNING 1");
  v1::ListRunExchangesRequest request;
  request.set_parent(run->name());
  request.set_page_size(1'000);
  const auto first = Call<v1::ListRunExchangesResponse>("RunService/ListRunExchanges", request);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_EQ(first->exchanges_size(), RunHandler::kExchangesPerPageMax);
  EXPECT_EQ(first->exchanges(0).exchange_id(), 1);
  EXPECT_EQ(first->exchanges(0).cause(), "page 1");
  request.set_page_token(first->next_page_token());
  const auto second = Call<v1::ListRunExchangesResponse>("RunService/ListRunExchanges", request);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->exchanges_size(), 2);
  EXPECT_EQ(second->next_page_token(), "");
  request.clear_page_token();
  request.set_page_size(-1);
  EXPECT_EQ(
      ReasonText(
          Call<v1::ListRunExchangesResponse>("RunService/ListRunExchanges", request).status()),
      "INVALID_ARGUMENT");
  request.set_page_size(0);
  request.set_parent(std::string(kParent) + "/runs/01900000-0000-7000-8000-000000000001");
  EXPECT_EQ(
      ReasonText(
          Call<v1::ListRunExchangesResponse>("RunService/ListRunExchanges", request).status()),
      "NOT_FOUND");
}

TEST_F(RunServiceTest, WatchFollowsARunToItsEnd) {
  const auto run = Start();
  ASSERT_TRUE(run.ok());
  RunWatch watch(stack_->address(), run->name(), 0);
  EXPECT_EQ(watch.Next().snapshot().run().state(), v1::Run::STATE_QUEUED);
  EXPECT_TRUE(watch.Next().event().has_queued());
  ASSERT_TRUE(Cancel(run->name()).ok());
  EXPECT_EQ(watch.Next().event().ended().state(), v1::Run::STATE_CANCELLED);
  const auto end = watch.Next().end();
  EXPECT_EQ(end.cause(), v1::RunStreamEnd::CAUSE_RUN_ENDED);
  EXPECT_EQ(end.sequence(), 2);
  EXPECT_TRUE(watch.End().ok());

  RunWatch again(stack_->address(), run->name(), 1);
  EXPECT_TRUE(again.Next().has_snapshot());
  EXPECT_EQ(again.Next().event().sequence(), 2);
  EXPECT_TRUE(again.Next().has_end());
  EXPECT_TRUE(again.End().ok());

  RunWatch missing(stack_->address(),
                   std::string(kParent) + "/runs/01900000-0000-7000-8000-000000000001", 0);
  missing.Next();
  EXPECT_EQ(ReasonText(missing.End()), "NOT_FOUND");
}

// Walks the contract: whatever method is called with an empty request, the answer is ours, and a
// refusal has a reason that a program can use.
TEST_F(RunServiceTest, EveryMethodOfEveryServiceAnswersWithAReason) {
  int methods = 0;
  for (const auto* file :
       {v1::GetWorkspaceRequest::descriptor()->file(),
        v1::GetCredentialRequest::descriptor()->file(),
        v1::GetIntegrationRequest::descriptor()->file(),
        v1::GetMappingRequest::descriptor()->file(), v1::GetScheduleRequest::descriptor()->file(),
        v1::GetRunRequest::descriptor()->file(), v1::GetObjectTypeRequest::descriptor()->file(),
        v1::GetObjectRequest::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m, ++methods) {
        const std::string method =
            file->service(s)->name() + "/" + file->service(s)->method(m)->name();
        const auto answer = stack_->client().CallBytes(method, "");
        if (method == "WorkspaceService/ListWorkspaces") {
          EXPECT_TRUE(answer.ok()) << answer.status();
          continue;
        }
        ASSERT_FALSE(answer.ok()) << method;
        const std::string reason = ReasonText(answer.status());
        EXPECT_TRUE(reason == "INVALID_ARGUMENT" || reason == "UNIMPLEMENTED")
            << method << ": " << answer.status();
      }
    }
  }
  EXPECT_GE(methods, 45);
}

}  // namespace
}  // namespace syncline::api
