#include <gmock/gmock.h>

#include "syncline/v1/incremental_state_service.pb.h"
#include "syncline/v1/integration_service.pb.h"
#include "syncline/v1/run_service.pb.h"
#include "tests/api/api_fixture.h"
#include "tests/support/run_tables.h"

namespace syncline::api {
namespace {

using ::testing::ElementsAre;

constexpr const char* kParent = "workspaces/default/integrations/users";

class IncrementalStateServiceTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    if (IsSkipped()) return;
    tables_.emplace(*migrated_);
    tables_->AddIntegration("users");
    ASSERT_TRUE(Incremental("record_field: 'at' look_back { seconds: 60 }").ok());
  }
  absl::StatusOr<v1::Integration> Incremental(const std::string& incremental) {
    return CallText<v1::Integration, v1::UpdateIntegrationRequest>(
        "IntegrationService/UpdateIntegration", "integration { name: \"" + std::string(kParent) +
                                                    "\" incremental {" + incremental +
                                                    "} } update_mask { paths: 'incremental' }");
  }
  template <typename Request, typename Response = v1::IncrementalState>
  absl::StatusOr<Response> Call(const std::string& method, const std::string& rest = "") {
    return CallText<Response, Request>("IncrementalStateService/" + method,
                                       "parent: \"" + std::string(kParent) + "\" " + rest);
  }
  absl::StatusOr<v1::IncrementalState> Set(const std::string& rest) {
    return Call<v1::SetIncrementalStateRequest>("SetIncrementalState", rest);
  }
  absl::StatusOr<v1::IncrementalState> Get(const std::string& rest = "") {
    return Call<v1::GetIncrementalStateRequest>("GetIncrementalState", rest);
  }
  absl::StatusOr<v1::ResetIncrementalStatesResponse> Reset(const std::string& rest = "") {
    return Call<v1::ResetIncrementalStatesRequest, v1::ResetIncrementalStatesResponse>(
        "ResetIncrementalStates", rest);
  }
  absl::StatusOr<v1::ListIncrementalStatesResponse> List(const std::string& rest = "") {
    return Call<v1::ListIncrementalStatesRequest, v1::ListIncrementalStatesResponse>(
        "ListIncrementalStates", rest);
  }
  std::optional<test::RunTables> tables_;
};

TEST_F(IncrementalStateServiceTest, SetsShowsAndForgets) {
  EXPECT_EQ(ReasonText(Get().status()), "NOT_FOUND");
  const auto set = Set("value: '2026-01-31T08:00:00.5+01:00'");
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->value(), "2026-01-31T07:00:00.500Z");
  EXPECT_EQ(set->cursor(), "2026-01-31T06:59:00Z");
  EXPECT_EQ(set->run(), "");
  EXPECT_TRUE(set->has_update_time());
  EXPECT_EQ(Get()->value(), set->value());
  EXPECT_EQ(Reset()->reset_count(), 1);
  EXPECT_EQ(Reset()->reset_count(), 0);
  EXPECT_EQ(ReasonText(Get().status()), "NOT_FOUND");
}

TEST_F(IncrementalStateServiceTest, EveryPartitionHasItsOwn) {
  for (const char* const partition : {"b", "", "a/1"}) {
    ASSERT_TRUE(
        Set("value: '2026-01-31T08:00:00Z' partition: '" + std::string(partition) + "'").ok());
  }
  std::vector<std::string> partitions;
  std::string token;
  do {
    const auto page = List("page_size: 1 page_token: '" + token + "'");
    ASSERT_TRUE(page.ok()) << page.status();
    ASSERT_EQ(page->incremental_states_size(), 1);
    partitions.push_back(page->incremental_states(0).partition());
    token = page->next_page_token();
  } while (!token.empty());
  EXPECT_THAT(partitions, ElementsAre("", "a/1", "b"));
  EXPECT_EQ(Reset("partition: 'b'")->reset_count(), 1);
  EXPECT_EQ(Reset("partition: ''")->reset_count(), 1);
  EXPECT_EQ(List()->incremental_states_size(), 1);
  EXPECT_EQ(Get("partition: 'a/1'")->partition(), "a/1");
}

TEST_F(IncrementalStateServiceTest, NamesWhatIsWrong) {
  EXPECT_THAT(
      WrongFields(Set("value: 'yesterday' partition: '" + std::string(2'001, 'p') + "'").status()),
      ElementsAre("partition", "value"));
  EXPECT_TRUE(
      Set("value: '2026-01-31T08:00:00Z' partition: '" + std::string(2'000, 'p') + "'").ok());
  ASSERT_TRUE(Incremental("record_field: 'n' type: TYPE_NUMBER").ok());
  EXPECT_THAT(WrongFields(Set("value: '2026-01-31T08:00:00Z'").status()), ElementsAre("value"));
  EXPECT_EQ(Set("value: '12'")->cursor(), "12");
  ASSERT_TRUE(
      (CallText<v1::Integration, v1::UpdateIntegrationRequest>(
           "IntegrationService/UpdateIntegration", "integration { name: \"" + std::string(kParent) +
                                                       "\" } update_mask { paths: 'incremental' }")
           .ok()));
  EXPECT_THAT(WrongFields(Set("value: '12'").status()), ElementsAre("parent"));
  EXPECT_EQ(List()->incremental_states_size(), 0);
  EXPECT_EQ(ReasonText(Get().status()), "NOT_FOUND");
}

TEST_F(IncrementalStateServiceTest, AnotherMeaningForgetsThem) {
  ASSERT_TRUE(Set("value: '2026-01-31T08:00:00Z'").ok());
  ASSERT_TRUE(Incremental("record_field: 'at' output_format: 'epoch' initial: '5'").ok());
  EXPECT_EQ(Get()->cursor(), "1769846400") << "what is only written otherwise stays";
  ASSERT_TRUE(Incremental("record_field: 'at' input_formats: 'epoch'").ok());
  EXPECT_EQ(ReasonText(Get().status()), "NOT_FOUND");
  EXPECT_EQ(List()->incremental_states_size(), 0);
}

TEST_F(IncrementalStateServiceTest, WaitsForNoRun) {
  const auto run = CallText<v1::Run, v1::StartRunRequest>(
      "RunService/StartRun", "parent: \"" + std::string(kParent) + "\" full: true");
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_TRUE(run->full());
  for (const absl::Status& status :
       {Set("value: '2026-01-31T08:00:00Z'").status(), Reset().status()}) {
    EXPECT_EQ(ReasonText(status), "RUN_ACTIVE");
    EXPECT_EQ(base::MetadataOf(status)["run"], run->name());
  }
  EXPECT_EQ(List()->incremental_states_size(), 0) << "looking is allowed";
}

}  // namespace
}  // namespace syncline::api
