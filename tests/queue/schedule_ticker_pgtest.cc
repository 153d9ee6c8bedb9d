#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "queue/schedule_ticker.h"
#include "store/run_store.h"
#include "store/schedule_store.h"
#include "tests/support/run_tables.h"

namespace syncline::queue {
namespace {

class ScheduleTickerTest : public test::MigratedDatabaseTest {
 protected:
  void SetUp() override {
    test::MigratedDatabaseTest::SetUp();
    if (!migrated_.has_value()) return;
    tables_.emplace(*migrated_);
    tables_->AddIntegration("devices");
    ticker_.emplace(MakeTicker());
  }
  std::unique_ptr<ScheduleTicker> MakeTicker() {
    return std::make_unique<ScheduleTicker>(ScheduleTicker::Options{}, database(),
                                            migrated_->clock(), migrated_->random(), *logger_,
                                            [this] { ++queued_; });
  }
  // A schedule `every` `minutes` minutes, made `age` ago, whose first tick has passed `overdue`
  // ago.
  void AddSchedule(const std::string& integration, int minutes, const std::string& overdue) {
    v1::Schedule schedule;
    schedule.mutable_every()->set_seconds(minutes * 60);
    const absl::Status status =
        database().RunTransaction([&](store::Transaction& transaction) -> absl::Status {
          SYNCLINE_ASSIGN_OR_RETURN(const base::Time now, store::DatabaseTime(transaction));
          return store::InsertSchedule(transaction, {"default", integration, "default"}, schedule,
                                       now)
              .status();
        });
    ASSERT_TRUE(status.ok()) << status;
    migrated_->Query(
        fmt::format("UPDATE syncline.schedule SET next_fire_time = now() - interval '{0}', "
                    "create_time = now() - interval '{0}' - interval '{1} minutes' "
                    "WHERE integration_id = '{2}'",
                    overdue, minutes, integration));
  }
  std::string Column(const std::string& column) {
    return migrated_->Query(fmt::format("SELECT {} FROM syncline.schedule", column));
  }
  std::string Count(const std::string& table) {
    return migrated_->Query(fmt::format("SELECT count(*) FROM syncline.{}", table));
  }

  std::atomic<int> queued_ = 0;
  std::unique_ptr<base::Logger> logger_ = base::MakeNullLogger();
  std::optional<test::RunTables> tables_;
  std::optional<std::unique_ptr<ScheduleTicker>> ticker_;
};

TEST_F(ScheduleTickerTest, ADueScheduleMakesARun) {
  AddSchedule("devices", 60, "1 minute");
  EXPECT_EQ((*ticker_)->Tick().value(), 1);
  EXPECT_EQ((*ticker_)->Tick().value(), 0);
  EXPECT_EQ(queued_, 1);
  EXPECT_EQ(
      migrated_->Query("SELECT trigger || ' ' || schedule_id || ' ' || state FROM syncline.run"),
      "SCHEDULE default QUEUED");
  EXPECT_EQ(
      migrated_->Query(
          "SELECT nominal_time < clock_timestamp() - interval '59 seconds' FROM syncline.run"),
      "t");
  EXPECT_EQ(Column("next_fire_time > clock_timestamp() + interval '58 minutes'"), "t");
  EXPECT_EQ(Column("last_fire_time = (SELECT nominal_time FROM syncline.run)"), "t");
  EXPECT_EQ(Column("last_skip_reason"), "");
  EXPECT_EQ(Count("schedule_skip"), "0");
}

TEST_F(ScheduleTickerTest, AnIntervalKeepsTheGridItWasSavedWith) {
  AddSchedule("devices", 60, "1 minute");
  // The row was written a moment after its first tick was computed.
  migrated_->Query("UPDATE syncline.schedule SET create_time = create_time + interval '3 ms'");
  const std::string expected = Column("next_fire_time + interval '1 hour'");
  EXPECT_EQ((*ticker_)->Tick().value(), 1);
  EXPECT_EQ(Column("next_fire_time"), expected);
  EXPECT_EQ(Count("run"), "1");
  EXPECT_EQ(Count("schedule_skip"), "0");
}

TEST_F(ScheduleTickerTest, WhatIsNotDueOrPausedIsLeftAlone) {
  AddSchedule("devices", 60, "-1 minute");
  EXPECT_EQ((*ticker_)->Tick().value(), 0);
  migrated_->Query(
      "UPDATE syncline.schedule SET next_fire_time = clock_timestamp() - interval '1 s', paused = "
      "true");
  EXPECT_EQ((*ticker_)->Tick().value(), 0);
}

TEST_F(ScheduleTickerTest, AnActiveRunSkipsTheTick) {
  ASSERT_TRUE(tables_->Enqueue("devices").ok());
  AddSchedule("devices", 60, "1 minute");
  EXPECT_EQ((*ticker_)->Tick().value(), 1);
  EXPECT_EQ(queued_, 0);
  EXPECT_EQ(Count("run"), "1");
  EXPECT_EQ(Column("last_skip_reason"), "RUN_ACTIVE");
  EXPECT_EQ(migrated_->Query("SELECT reason FROM syncline.schedule_skip"), "RUN_ACTIVE");
}

TEST_F(ScheduleTickerTest, WithoutAMappingTheTickIsSkippedAndOthersGoOn) {
  migrated_->Query("UPDATE syncline.mapping SET spec = '{}'");
  AddSchedule("devices", 60, "2 minutes");
  tables_->AddIntegration("people");
  AddSchedule("people", 60, "1 minute");
  EXPECT_EQ((*ticker_)->Tick().value(), 2);
  EXPECT_EQ(migrated_->Query("SELECT reason FROM syncline.schedule_skip"), "MAPPING_NOT_SET");
  EXPECT_EQ(migrated_->Query("SELECT integration_id FROM syncline.run"), "people");
}

TEST_F(ScheduleTickerTest, ACredentialThatWantsAPersonSkipsTheTick) {
  migrated_->Query(
      "INSERT INTO syncline.credential (workspace_id, credential_id, spec) VALUES ('default', "
      "'vendor', '{}')");
  migrated_->Query(
      "INSERT INTO syncline.oauth_token (workspace_id, credential_id, alternative, state) VALUES "
      "('default', 'vendor', '', 'REAUTH_REQUIRED')");
  v1::Integration integration;
  integration.set_object_type("user");
  integration.set_credential("vendor");
  integration.mutable_request()->set_url("https://vendor.example/users");
  tables_->AddIntegration("users", integration);
  AddSchedule("users", 60, "1 minute");
  EXPECT_EQ((*ticker_)->Tick().value(), 1);
  EXPECT_EQ(Column("last_skip_reason"), "REAUTH_REQUIRED");
  EXPECT_EQ(Count("run"), "0");
}

TEST_F(ScheduleTickerTest, OfMissedTicksTheNewestRuns) {
  AddSchedule("devices", 30, "185 minutes");  // ticks 185, 155, 125, 95, 65, 35 and 5 minutes ago
  EXPECT_EQ((*ticker_)->Tick().value(), 1);
  EXPECT_EQ(Count("run"), "1");
  EXPECT_EQ(migrated_->Query("SELECT round(extract(epoch FROM clock_timestamp() - nominal_time) / "
                             "60) FROM syncline.run"),
            "5");
  EXPECT_EQ(migrated_->Query("SELECT reason || ' ' || round(extract(epoch FROM clock_timestamp() - "
                             "nominal_time) / 60) "
                             "FROM syncline.schedule_skip"),
            "DEADLINE_EXCEEDED 185");
}

TEST_F(ScheduleTickerTest, BeyondTheWindowNothingRuns) {
  AddSchedule("devices", 24 * 60, "3 hours");
  EXPECT_EQ((*ticker_)->Tick().value(), 1);
  EXPECT_EQ(Count("run"), "0");
  EXPECT_EQ(Column("last_skip_reason"), "DEADLINE_EXCEEDED");
  EXPECT_EQ(Column("next_fire_time > clock_timestamp()"), "t");
}

TEST_F(ScheduleTickerTest, ReplicasTogetherMakeOneRunPerTick) {
  for (int i = 0; i < 8; ++i) {
    tables_->AddIntegration(fmt::format("people-{}", i));
    AddSchedule(fmt::format("people-{}", i), 60, "1 minute");
  }
  {
    std::vector<std::jthread> replicas;
    for (int i = 0; i < 3; ++i) {
      replicas.emplace_back([this] {
        const auto ticker = MakeTicker();
        EXPECT_TRUE(ticker->Tick().ok());
      });
    }
  }
  EXPECT_EQ(Count("run"), "8");
  EXPECT_EQ(Count("schedule_skip"), "0");
  EXPECT_EQ(queued_, 8);
}

TEST_F(ScheduleTickerTest, ATickThatHasItsRunGetsNoSecond) {
  AddSchedule("devices", 60, "1 minute");
  EXPECT_EQ((*ticker_)->Tick().value(), 1);
  ASSERT_TRUE(tables_->RequestCancel(migrated_->Query("SELECT run_id FROM syncline.run")).ok());
  migrated_->Query("UPDATE syncline.schedule SET next_fire_time = last_fire_time");
  EXPECT_EQ((*ticker_)->Tick().value(), 1);
  EXPECT_EQ(Count("run"), "1");
  EXPECT_EQ(Count("schedule_skip"), "0");
}

TEST_F(ScheduleTickerTest, AnUnreadableScheduleStopsFiring) {
  AddSchedule("devices", 60, "1 minute");
  migrated_->Query(
      R"(UPDATE syncline.schedule SET spec = '{"daily": "02:00", "timeZone": "Mars/Olympus"}')");
  EXPECT_EQ((*ticker_)->Tick().value(), 1);
  EXPECT_EQ(Column("next_fire_time IS NULL"), "t");
  EXPECT_EQ(Column("last_skip_reason"), "INVALID_ARGUMENT");
}

TEST_F(ScheduleTickerTest, RunsAreRead) {
  AddSchedule("devices", 60, "1 minute");
  ASSERT_EQ((*ticker_)->Tick().value(), 1);
  const std::string id = migrated_->Query("SELECT run_id FROM syncline.run");
  const absl::Status status =
      database().RunTransaction([&](store::Transaction& transaction) -> absl::Status {
        SYNCLINE_ASSIGN_OR_RETURN(const v1::Run run,
                                  store::GetRun(transaction, {"default", "devices", id}));
        EXPECT_EQ(run.name(), "workspaces/default/integrations/devices/runs/" + id);
        EXPECT_EQ(run.state(), v1::Run::STATE_QUEUED);
        EXPECT_EQ(run.trigger(), v1::Run::TRIGGER_SCHEDULE);
        EXPECT_EQ(run.verdict(), v1::Run::VERDICT_UNSPECIFIED);
        EXPECT_EQ(run.schedule(), "workspaces/default/integrations/devices/schedules/default");
        EXPECT_EQ(run.latest_sequence(), 1);
        EXPECT_EQ(run.mapping_version(), 1);
        EXPECT_TRUE(run.has_nominal_time());
        EXPECT_FALSE(run.has_start_time());
        SYNCLINE_ASSIGN_OR_RETURN(const auto all,
                                  store::ListRuns(transaction, {"default", "-"}, "", 10));
        EXPECT_EQ(all.size(), 1U);
        SYNCLINE_ASSIGN_OR_RETURN(const auto before,
                                  store::ListRuns(transaction, {"default", "devices"}, id, 10));
        EXPECT_TRUE(before.empty());
        EXPECT_EQ(base::ReasonOf(store::GetRun(transaction, {"default", "other", id}).status()),
                  base::Reason::kNotFound);
        return absl::OkStatus();
      });
  EXPECT_TRUE(status.ok()) << status;
}

}  // namespace
}  // namespace syncline::queue
