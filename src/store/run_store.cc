#include "store/run_store.h"

#include "base/status.h"
#include "store/proto_json.h"
#include "store/resource_row.h"
#include "store/sql.h"

namespace syncline::store {
namespace {

// Columns of RunGet, RunList and RunListOfWorkspace.
enum Column {
  kRunId,
  kWorkspace,
  kIntegration,
  kTrigger,
  kSchedule,
  kNominalTime,
  kState,
  kVerdict,
  kCounters,
  kError,
  kWait,
  kLatestSequence,
  kMappingVersion,
  kCreateTime,
  kStartTime,
  kEndTime,
  kWalksAll,
};

// The enum value `prefix` + name; UNSPECIFIED for a name this build does not know.
template <typename Enum>
Enum EnumOf(bool (*parse)(const std::string&, Enum*), const char* prefix, std::string_view name) {
  Enum value{};
  parse(prefix + std::string(name), &value);
  return value;
}

void ReadTimes(const Result& rows, int row, v1::Run& run) {
  *run.mutable_create_time() = ToTimestamp(rows.Time(row, kCreateTime));
  if (const auto time = rows.OptionalTime(row, kNominalTime))
    *run.mutable_nominal_time() = ToTimestamp(*time);
  if (const auto time = rows.OptionalTime(row, kStartTime))
    *run.mutable_start_time() = ToTimestamp(*time);
  if (const auto time = rows.OptionalTime(row, kEndTime))
    *run.mutable_end_time() = ToTimestamp(*time);
}

absl::StatusOr<v1::Run> ReadRun(const Result& rows, int row) {
  v1::Run run;
  const std::string workspace(rows.Text(row, kWorkspace));
  const std::string integration(rows.Text(row, kIntegration));
  run.set_name(model::RunName{workspace, integration, rows.Uuid(row, kRunId)}.ToString());
  run.set_state(EnumOf<v1::Run::State>(v1::Run::State_Parse, "STATE_", rows.Text(row, kState)));
  run.set_trigger(
      EnumOf<v1::Run::Trigger>(v1::Run::Trigger_Parse, "TRIGGER_", rows.Text(row, kTrigger)));
  run.set_verdict(
      EnumOf<v1::Run::Verdict>(v1::Run::Verdict_Parse, "VERDICT_", rows.Text(row, kVerdict)));
  if (const auto schedule = rows.OptionalText(row, kSchedule)) {
    run.set_schedule(model::ScheduleName{workspace, integration, *schedule}.ToString());
  }
  SYNCLINE_RETURN_IF_ERROR(FromProtoJson(rows.Text(row, kCounters), run.mutable_counters()));
  if (!rows.IsNull(row, kError)) {
    SYNCLINE_RETURN_IF_ERROR(FromProtoJson(rows.Text(row, kError), run.mutable_error()));
  }
  if (!rows.IsNull(row, kWait)) {
    SYNCLINE_RETURN_IF_ERROR(FromProtoJson(rows.Text(row, kWait), run.mutable_wait()));
  }
  run.set_latest_sequence(rows.Int64(row, kLatestSequence));
  run.set_mapping_version(rows.Int64(row, kMappingVersion));
  run.set_full(rows.Bool(row, kWalksAll));
  ReadTimes(rows, row, run);
  return run;
}

Parameters& OptionalUuid(Parameters& parameters, std::string_view id) {
  return id.empty() ? parameters.Null() : parameters.Uuid(id);
}

}  // namespace

absl::StatusOr<v1::Run> GetRun(Transaction& transaction, const model::RunName& name) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kRunGet,
                          Parameters().Text(name.workspace).Text(name.integration).Uuid(name.run)));
  if (rows.empty()) return NotFound(name.ToString());
  return ReadRun(rows, 0);
}

absl::StatusOr<std::vector<v1::Run>> ListRuns(Transaction& transaction,
                                              const model::IntegrationName& parent,
                                              std::string_view before_id, std::int64_t limit) {
  const bool all = parent.integration == "-";
  Parameters parameters;
  parameters.Text(parent.workspace);
  if (!all) parameters.Text(parent.integration);
  OptionalUuid(parameters, before_id).Int64(limit);
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(all ? sql::kRunListOfWorkspace : sql::kRunList, parameters));
  std::vector<v1::Run> runs;
  for (int row = 0; row < rows.size(); ++row) {
    SYNCLINE_ASSIGN_OR_RETURN(v1::Run run, ReadRun(rows, row));
    runs.push_back(std::move(run));
  }
  return runs;
}

}  // namespace syncline::store
