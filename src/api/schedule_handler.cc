#include "api/schedule_handler.h"

#include <google/protobuf/util/message_differencer.h>

#include "api/etag.h"
#include "api/mutation.h"
#include "api/update_mask.h"
#include "model/resource_name.h"
#include "queue/schedule_timing.h"
#include "store/integration_store.h"
#include "store/schedule_store.h"

namespace syncline::api {
namespace {

using google::protobuf::Empty;
using google::protobuf::util::MessageDifferencer;
using model::IntegrationName;
using model::ScheduleName;
using store::Transaction;

const UpdateRules kRules{.ignored = {"name", "paused", "next_fire_time", "last_fire_time",
                                     "last_skip_reason", "pause_reason", "create_time",
                                     "update_time", "etag"}};

base::Time TimeOf(const google::protobuf::Timestamp& timestamp) {
  return base::Time(std::chrono::seconds(timestamp.seconds()) +
                    std::chrono::microseconds(timestamp.nanos() / 1'000));
}

// The schedule's instant of creation anchors `every`; one that is not stored yet begins now.
absl::StatusOr<model::ScheduleTiming> TimingOf(const v1::Schedule& schedule, base::Time now) {
  const base::Time anchor = schedule.has_create_time() ? TimeOf(schedule.create_time()) : now;
  absl::StatusOr<model::ScheduleTiming> timing = queue::TimingOf(schedule, anchor);
  if (timing.ok()) return timing;
  base::FieldViolations wrong;
  wrong.AddStatus("schedule", timing.status());
  return wrong.ToStatus();
}

// Nullopt while paused.
absl::StatusOr<std::optional<base::Time>> NextTick(Transaction& transaction,
                                                   const v1::Schedule& schedule) {
  SYNCLINE_ASSIGN_OR_RETURN(const base::Time now, store::DatabaseTime(transaction));
  SYNCLINE_ASSIGN_OR_RETURN(const model::ScheduleTiming timing, TimingOf(schedule, now));
  if (schedule.paused()) return std::optional<base::Time>();
  SYNCLINE_ASSIGN_OR_RETURN(const base::Time next, model::NextFireTime(timing, now));
  return std::optional<base::Time>(next);
}

absl::Status CheckCount(Transaction& transaction, const IntegrationName& integration) {
  constexpr int kMax = ScheduleHandler::kSchedulesMax;
  SYNCLINE_ASSIGN_OR_RETURN(const std::vector<v1::Schedule> present,
                            store::ListSchedules(transaction, integration, "", kMax));
  if (std::ssize(present) < kMax) return absl::OkStatus();
  return base::Error(
      base::Reason::kQuotaExceeded,
      fmt::format("{} has {} schedules, the most there can be", integration.ToString(), kMax));
}

}  // namespace

absl::StatusOr<v1::Schedule> ScheduleHandler::Create(
    const v1::CreateScheduleRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto parent,
                            ParseName<IntegrationName>(request.parent(), "parent"));
  const ScheduleName name{parent.workspace, parent.integration, request.schedule_id()};
  return Mutate<v1::Schedule>(
      environment_.database, "syncline.v1.ScheduleService/CreateSchedule", name.workspace, request,
      [&](Transaction& transaction) -> absl::StatusOr<v1::Schedule> {
        SYNCLINE_RETURN_IF_ERROR(
            store::FindIntegration(transaction, parent, store::Lock::kForUpdate).status());
        v1::Schedule schedule = request.schedule();
        schedule.set_paused(false);  // output only, as is the instant of creation
        schedule.clear_pause_reason();
        schedule.clear_create_time();
        base::FieldViolations wrong;
        CheckId(wrong, "scheduleId", name.schedule, model::IsResourceId(name.schedule),
                model::kResourceIdRule);
        const absl::StatusOr<std::optional<base::Time>> next = NextTick(transaction, schedule);
        wrong.AddStatus("", next.status());
        SYNCLINE_RETURN_IF_ERROR(wrong.ToStatus());
        SYNCLINE_RETURN_IF_ERROR(CheckCount(transaction, parent));
        return store::InsertSchedule(transaction, name, schedule, *next);
      });
}

absl::StatusOr<v1::Schedule> ScheduleHandler::Get(const v1::GetScheduleRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name, ParseName<ScheduleName>(request.name(), "name"));
  return ReadInTransaction(environment_.database, [&](Transaction& transaction) {
    return store::FindSchedule(transaction, name);
  });
}

absl::StatusOr<v1::ListSchedulesResponse> ScheduleHandler::List(
    const v1::ListSchedulesRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto parent,
                            ParseName<IntegrationName>(request.parent(), "parent"));
  using Items = std::vector<v1::Schedule>;
  return ListPage<v1::ListSchedulesResponse>(
      environment_.page_tokens, request, &v1::ListSchedulesResponse::mutable_schedules,
      [&](const std::string& after, int limit) {
        return ReadInTransaction(
            environment_.database, [&](Transaction& transaction) -> absl::StatusOr<Items> {
              SYNCLINE_RETURN_IF_ERROR(store::FindIntegration(transaction, parent).status());
              return store::ListSchedules(transaction, parent, after, limit);
            });
      },
      [](const v1::Schedule& schedule) { return LastId(schedule.name()); });
}

absl::StatusOr<v1::Schedule> ScheduleHandler::Update(
    const v1::UpdateScheduleRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name,
                            ParseName<ScheduleName>(request.schedule().name(), "schedule.name"));
  return Mutate<v1::Schedule>(
      environment_.database, "syncline.v1.ScheduleService/UpdateSchedule", name.workspace, request,
      [&](Transaction& transaction) -> absl::StatusOr<v1::Schedule> {
        SYNCLINE_ASSIGN_OR_RETURN(const v1::Schedule stored,
                                  store::FindSchedule(transaction, name, store::Lock::kForUpdate));
        SYNCLINE_RETURN_IF_ERROR(
            CheckEtag(request.schedule().etag(), stored.etag(), name.ToString()));
        v1::Schedule merged = stored;
        SYNCLINE_RETURN_IF_ERROR(ApplyUpdateMask(request.update_mask(), request.schedule(), kRules,
                                                 "schedule", &merged));
        SYNCLINE_ASSIGN_OR_RETURN(const std::optional<base::Time> next,
                                  NextTick(transaction, merged));
        if (MessageDifferencer::Equals(merged, stored)) return stored;
        return store::UpdateSchedule(transaction, name, merged, next);
      });
}

absl::StatusOr<Empty> ScheduleHandler::Delete(const v1::DeleteScheduleRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name, ParseName<ScheduleName>(request.name(), "name"));
  return Mutate<Empty>(
      environment_.database, "syncline.v1.ScheduleService/DeleteSchedule", name.workspace, request,
      [&](Transaction& transaction) -> absl::StatusOr<Empty> {
        SYNCLINE_ASSIGN_OR_RETURN(const v1::Schedule stored,
                                  store::FindSchedule(transaction, name, store::Lock::kForUpdate));
        SYNCLINE_RETURN_IF_ERROR(CheckEtag(request.etag(), stored.etag(), name.ToString()));
        SYNCLINE_RETURN_IF_ERROR(store::DeleteSchedule(transaction, name));
        return Empty();
      });
}

absl::StatusOr<v1::Schedule> ScheduleHandler::Pause(const v1::PauseScheduleRequest& request) const {
  return SetPaused("syncline.v1.ScheduleService/PauseSchedule", request.name(), request, true);
}

absl::StatusOr<v1::Schedule> ScheduleHandler::Resume(
    const v1::ResumeScheduleRequest& request) const {
  return SetPaused("syncline.v1.ScheduleService/ResumeSchedule", request.name(), request, false);
}

absl::StatusOr<v1::Schedule> ScheduleHandler::SetPaused(std::string_view method,
                                                        const std::string& text,
                                                        const google::protobuf::Message& request,
                                                        bool paused) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name, ParseName<ScheduleName>(text, "name"));
  return Mutate<v1::Schedule>(
      environment_.database, method, name.workspace, request,
      [&](Transaction& transaction) -> absl::StatusOr<v1::Schedule> {
        SYNCLINE_ASSIGN_OR_RETURN(v1::Schedule schedule,
                                  store::FindSchedule(transaction, name, store::Lock::kForUpdate));
        // Paused by the server and now by somebody: it stays so when the server's reason is gone.
        if (schedule.paused() == paused && schedule.pause_reason().empty()) return schedule;
        schedule.set_paused(paused);
        schedule.clear_pause_reason();
        SYNCLINE_ASSIGN_OR_RETURN(const std::optional<base::Time> next,
                                  NextTick(transaction, schedule));
        return store::UpdateSchedule(transaction, name, schedule, next);
      });
}

absl::StatusOr<v1::PreviewScheduleResponse> ScheduleHandler::Preview(
    const v1::PreviewScheduleRequest& request) const {
  base::FieldViolations wrong;
  if (request.count() < 0 || request.count() > kPreviewMax) {
    wrong.Add("count", fmt::format("must be 1 to {}; 0 = {}", kPreviewMax, kPreviewDefault));
  }
  SYNCLINE_ASSIGN_OR_RETURN(base::Time at,
                            ReadInTransaction(environment_.database, [](Transaction& transaction) {
                              return store::DatabaseTime(transaction);
                            }));
  const absl::StatusOr<model::ScheduleTiming> timing = TimingOf(request.schedule(), at);
  wrong.AddStatus("", timing.status());
  SYNCLINE_RETURN_IF_ERROR(wrong.ToStatus());
  v1::PreviewScheduleResponse response;
  for (int i = 0; i < (request.count() == 0 ? kPreviewDefault : request.count()); ++i) {
    SYNCLINE_ASSIGN_OR_RETURN(at, model::NextFireTime(*timing, at));
    *response.add_fire_times() = store::ToTimestamp(at);
  }
  return response;
}

}  // namespace syncline::api
