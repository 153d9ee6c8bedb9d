#include "store/schedule_store.h"

#include "store/sql.h"

namespace syncline::store {
namespace {

absl::StatusOr<v1::Schedule> Read(const Result& result, int row, const model::ScheduleName& name) {
  SYNCLINE_ASSIGN_OR_RETURN(v1::Schedule schedule,
                            ReadResource<v1::Schedule>(result, row, name.ToString()));
  schedule.set_paused(result.Bool(row, 4));
  if (const auto time = result.OptionalTime(row, 5)) {
    *schedule.mutable_next_fire_time() = ToTimestamp(*time);
  }
  if (const auto time = result.OptionalTime(row, 6)) {
    *schedule.mutable_last_fire_time() = ToTimestamp(*time);
  }
  schedule.set_last_skip_reason(std::string(result.Text(row, 7)));
  schedule.set_pause_reason(std::string(result.Text(row, 8)));
  return schedule;
}

std::string SpecOf(v1::Schedule schedule) {
  schedule.clear_paused();
  schedule.clear_next_fire_time();
  schedule.clear_last_fire_time();
  schedule.clear_last_skip_reason();
  schedule.clear_pause_reason();
  return SpecJson(std::move(schedule));
}

Parameters KeyOf(const model::ScheduleName& name) {
  Parameters parameters;
  parameters.Text(name.workspace).Text(name.integration).Text(name.schedule);
  return parameters;
}

}  // namespace

absl::StatusOr<v1::Schedule> InsertSchedule(Transaction& transaction,
                                            const model::ScheduleName& name,
                                            const v1::Schedule& schedule,
                                            std::optional<base::Time> next_fire_time) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kScheduleInsert,
                          KeyOf(name).Json(SpecOf(schedule)).OptionalTime(next_fire_time)));
  if (rows.empty()) return AlreadyExists(name.ToString());
  return Read(rows, 0, name);
}

absl::StatusOr<v1::Schedule> FindSchedule(Transaction& transaction, const model::ScheduleName& name,
                                          Lock lock) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows, transaction.Execute(lock == Lock::kForUpdate ? sql::kScheduleFindForUpdate
                                                                      : sql::kScheduleFind,
                                             KeyOf(name)));
  if (rows.empty()) return NotFound(name.ToString());
  return Read(rows, 0, name);
}

absl::StatusOr<std::vector<v1::Schedule>> ListSchedules(Transaction& transaction,
                                                        const model::IntegrationName& integration,
                                                        std::string_view after_id,
                                                        std::int64_t limit) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows, transaction.Execute(sql::kScheduleList, Parameters()
                                                                     .Text(integration.workspace)
                                                                     .Text(integration.integration)
                                                                     .Text(after_id)
                                                                     .Int64(limit)));
  std::vector<v1::Schedule> schedules;
  for (int row = 0; row < rows.size(); ++row) {
    const model::ScheduleName name{integration.workspace, integration.integration,
                                   std::string(rows.Text(row, 9))};
    SYNCLINE_ASSIGN_OR_RETURN(schedules.emplace_back(), Read(rows, row, name));
  }
  return schedules;
}

absl::StatusOr<v1::Schedule> UpdateSchedule(Transaction& transaction,
                                            const model::ScheduleName& name,
                                            const v1::Schedule& schedule,
                                            std::optional<base::Time> next_fire_time) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kScheduleUpdate, KeyOf(name)
                                                    .Json(SpecOf(schedule))
                                                    .Bool(schedule.paused())
                                                    .OptionalTime(next_fire_time)
                                                    .Text(schedule.pause_reason())));
  if (rows.empty()) return NotFound(name.ToString());
  return Read(rows, 0, name);
}

absl::Status DeleteSchedule(Transaction& transaction, const model::ScheduleName& name) {
  SYNCLINE_ASSIGN_OR_RETURN(const Result rows,
                            transaction.Execute(sql::kScheduleDelete, KeyOf(name)));
  return rows.affected() == 0 ? NotFound(name.ToString()) : absl::OkStatus();
}

absl::StatusOr<base::Time> DatabaseTime(Transaction& transaction) {
  SYNCLINE_ASSIGN_OR_RETURN(const Result rows, transaction.Execute(sql::kDatabaseTime));
  return rows.Time(0, 0);
}

}  // namespace syncline::store
