#include "api/reauthorization.h"

#include <chrono>

#include "api/schedule_handler.h"
#include "base/status.h"
#include "queue/schedule_timing.h"
#include "store/oauth_token_store.h"
#include "store/schedule_store.h"

namespace syncline::api {
namespace {

using store::Transaction;

absl::Status Resume(Transaction& transaction, const model::ScheduleName& name,
                    v1::Schedule schedule) {
  SYNCLINE_ASSIGN_OR_RETURN(const base::Time now, store::DatabaseTime(transaction));
  // The instant of creation anchors `every`.
  const google::protobuf::Timestamp& created = schedule.create_time();
  const base::Time anchor(std::chrono::seconds(created.seconds()) +
                          std::chrono::microseconds(created.nanos() / 1'000));
  SYNCLINE_ASSIGN_OR_RETURN(const model::ScheduleTiming timing, queue::TimingOf(schedule, anchor));
  SYNCLINE_ASSIGN_OR_RETURN(const base::Time next, model::NextFireTime(timing, now));
  schedule.set_paused(false);
  schedule.clear_pause_reason();
  return store::UpdateSchedule(transaction, name, schedule, next).status();
}

}  // namespace

absl::Status ResumeSchedulesOf(Transaction& transaction, const model::CredentialName& name,
                               const std::optional<std::string>& alternative) {
  SYNCLINE_ASSIGN_OR_RETURN(const std::vector<model::ScheduleName> paused,
                            store::PausedForReauthorization(transaction, name, alternative));
  for (const model::ScheduleName& schedule : paused) {
    SYNCLINE_ASSIGN_OR_RETURN(v1::Schedule found, store::FindSchedule(transaction, schedule));
    SYNCLINE_RETURN_IF_ERROR(Resume(transaction, schedule, std::move(found)));
  }
  return absl::OkStatus();
}

absl::Status ResumeSchedulesOf(Transaction& transaction, const model::IntegrationName& name) {
  SYNCLINE_ASSIGN_OR_RETURN(
      std::vector<v1::Schedule> schedules,
      store::ListSchedules(transaction, name, "", ScheduleHandler::kSchedulesMax));
  for (v1::Schedule& schedule : schedules) {
    if (schedule.pause_reason() != base::ReasonName(base::Reason::kReauthRequired) &&
        schedule.pause_reason() != base::ReasonName(base::Reason::kAuthFailed)) {
      continue;
    }
    SYNCLINE_ASSIGN_OR_RETURN(const auto found, model::ScheduleName::Parse(schedule.name()));
    SYNCLINE_RETURN_IF_ERROR(Resume(transaction, found, std::move(schedule)));
  }
  return absl::OkStatus();
}

}  // namespace syncline::api
