#include <gmock/gmock.h>

#include "syncline/v1/integration_service.pb.h"
#include "syncline/v1/schedule_service.pb.h"
#include "tests/api/api_fixture.h"

namespace syncline::api {
namespace {

using google::protobuf::Empty;
using ::testing::ElementsAre;

constexpr const char* kParent = "workspaces/default/integrations/users";

class ScheduleServiceTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    if (IsSkipped()) return;
    const auto integration = CallText<v1::Integration, v1::CreateIntegrationRequest>(
        "IntegrationService/CreateIntegration",
        R"(parent: "workspaces/default" integration_id: "users"
           integration { object_type: "user" request { url: "https://vendor.example/users" } })");
    ASSERT_TRUE(integration.ok()) << integration.status();
  }
  absl::StatusOr<v1::Schedule> Create(const std::string& id, const std::string& schedule) {
    return CallText<v1::Schedule, v1::CreateScheduleRequest>(
        "ScheduleService/CreateSchedule", "parent: \"" + std::string(kParent) +
                                              "\" schedule_id: \"" + id + "\" schedule {" +
                                              schedule + "}");
  }
  template <typename Request, typename Response = v1::Schedule>
  absl::StatusOr<Response> ByName(const std::string& method, const std::string& id) {
    return CallText<Response, Request>(
        "ScheduleService/" + method, "name: \"" + std::string(kParent) + "/schedules/" + id + "\"");
  }
  absl::StatusOr<v1::Schedule> Update(const std::string& id, const std::string& schedule) {
    return CallText<v1::Schedule, v1::UpdateScheduleRequest>(
        "ScheduleService/UpdateSchedule",
        "schedule { name: \"" + std::string(kParent) + "/schedules/" + id + "\" " + schedule + "}");
  }
};

TEST_F(ScheduleServiceTest, LivesFromCreateToDelete) {
  const auto hourly = Create("hourly", "every { seconds: 3600 }");
  ASSERT_TRUE(hourly.ok()) << hourly.status();
  EXPECT_EQ(hourly->next_fire_time().seconds() - hourly->create_time().seconds(), 3'600);
  const auto daily = Update("hourly", R"(daily: "03:30" time_zone: "Europe/Vienna")");
  ASSERT_TRUE(daily.ok()) << daily.status();
  EXPECT_EQ(daily->daily(), "03:30");
  EXPECT_NE(daily->next_fire_time().seconds(), hourly->next_fire_time().seconds());
  const auto listed = CallText<v1::ListSchedulesResponse, v1::ListSchedulesRequest>(
      "ScheduleService/ListSchedules", "parent: \"" + std::string(kParent) + "\"");
  EXPECT_EQ(listed->schedules_size(), 2);
  EXPECT_TRUE((ByName<v1::DeleteScheduleRequest, Empty>("DeleteSchedule", "hourly").ok()));
  EXPECT_EQ(ReasonText(ByName<v1::GetScheduleRequest>("GetSchedule", "hourly").status()),
            "NOT_FOUND");
}

TEST_F(ScheduleServiceTest, PauseAndResumeMayBeRepeated) {
  for (int i = 0; i < 2; ++i) {
    const auto paused = ByName<v1::PauseScheduleRequest>("PauseSchedule", "default");
    ASSERT_TRUE(paused.ok()) << paused.status();
    EXPECT_TRUE(paused->paused());
    EXPECT_FALSE(paused->has_next_fire_time());
  }
  EXPECT_FALSE(Update("default", R"(daily: "01:00")")->has_next_fire_time()) << "still paused";
  for (int i = 0; i < 2; ++i) {
    const auto resumed = ByName<v1::ResumeScheduleRequest>("ResumeSchedule", "default");
    ASSERT_TRUE(resumed.ok()) << resumed.status();
    EXPECT_FALSE(resumed->paused());
    EXPECT_TRUE(resumed->has_next_fire_time());
  }
}

TEST_F(ScheduleServiceTest, EveryMistakeIsNamedAtOnce) {
  EXPECT_THAT(WrongFields(Create("A", R"(daily: "25:00" time_zone: "Mars/Olympus")").status()),
              ElementsAre("scheduleId", "schedule.daily", "schedule.timeZone"));
  EXPECT_THAT(WrongFields(Create("a", "every { seconds: 5 }").status()),
              ElementsAre("schedule.every"));
  EXPECT_THAT(WrongFields(Update("default", R"(daily: "nine")").status()),
              ElementsAre("schedule.daily"));
}

TEST_F(ScheduleServiceTest, PreviewShowsTheNextTicksOfADefinition) {
  const auto preview = [&](const std::string& request) {
    return CallText<v1::PreviewScheduleResponse, v1::PreviewScheduleRequest>(
        "ScheduleService/PreviewSchedule", request);
  };
  const auto ticks = preview(R"(schedule { every { seconds: 60 } } count: 3)");
  ASSERT_TRUE(ticks.ok()) << ticks.status();
  ASSERT_EQ(ticks->fire_times_size(), 3);
  EXPECT_EQ(ticks->fire_times(2).seconds() - ticks->fire_times(0).seconds(), 120);
  EXPECT_EQ(preview(R"(schedule { daily: "02:00" })")->fire_times_size(), 5);
  EXPECT_THAT(WrongFields(preview(R"(schedule { daily: "x" } count: 101)").status()),
              ElementsAre("count", "schedule.daily"));
}

TEST_F(ScheduleServiceTest, AnIntegrationHasAtMostTwenty) {
  for (int i = 1; i < 20; ++i) {
    ASSERT_TRUE(Create("s" + std::to_string(i), R"(daily: "02:00")").ok());
  }
  EXPECT_EQ(ReasonText(Create("one-more", R"(daily: "02:00")").status()), "QUOTA_EXCEEDED");
}

}  // namespace
}  // namespace syncline::api
