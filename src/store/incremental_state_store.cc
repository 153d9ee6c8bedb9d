#include "store/incremental_state_store.h"

#include <utility>

#include "base/status.h"
#include "store/sql.h"
#include "store/workspace_schema.h"
#include "store/workspace_store.h"

namespace syncline::store {
namespace {

IncrementalStateRow ReadRow(const Result& rows, int row) {
  return {.partition = std::string(rows.Text(row, 0)),
          .value = rows.Int64(row, 1),
          .run_id = rows.IsNull(row, 2) ? "" : rows.Uuid(row, 2),
          .update_time = rows.Time(row, 3)};
}

}  // namespace

IncrementalStates::IncrementalStates(std::string_view workspace, std::int64_t integration_uid,
                                     std::string meaning)
    : schema_name_(SchemaNameOf(workspace)),
      integration_uid_(integration_uid),
      meaning_(std::move(meaning)) {}

std::string IncrementalStates::Expanded(std::string_view statement) const {
  return ExpandSchema(statement, schema_name_);
}

Parameters IncrementalStates::Key() const {
  return Parameters().Int64(integration_uid_).Text(meaning_);
}

absl::StatusOr<std::optional<std::int64_t>> IncrementalStates::Find(
    Transaction& transaction, std::string_view partition) const {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(Expanded(sql::kIncrementalStateFind), Key().Text(partition)));
  if (rows.empty()) return std::nullopt;
  return rows.Int64(0, 0);
}

absl::StatusOr<std::optional<IncrementalStateRow>> IncrementalStates::Get(
    Transaction& transaction, std::string_view partition) const {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(Expanded(sql::kIncrementalStateGet), Key().Text(partition)));
  if (rows.empty()) return std::nullopt;
  return ReadRow(rows, 0);
}

absl::StatusOr<std::vector<IncrementalStateRow>> IncrementalStates::List(
    Transaction& transaction, const std::optional<std::string>& after_partition,
    std::int64_t limit) const {
  SYNCLINE_ASSIGN_OR_RETURN(const Result rows,
                            transaction.Execute(Expanded(sql::kIncrementalStateList),
                                                Key().OptionalText(after_partition).Int64(limit)));
  std::vector<IncrementalStateRow> states;
  for (int row = 0; row < rows.size(); ++row) states.push_back(ReadRow(rows, row));
  return states;
}

absl::StatusOr<IncrementalStateRow> IncrementalStates::Set(Transaction& transaction,
                                                           std::string_view partition,
                                                           std::int64_t value) const {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(Expanded(sql::kIncrementalStateSet), Key().Text(partition).Int64(value)));
  return ReadRow(rows, 0);
}

absl::StatusOr<std::int64_t> IncrementalStates::Reset(
    Transaction& transaction, const std::optional<std::string>& partition) const {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result result,
      transaction.Execute(Expanded(sql::kIncrementalStateReset),
                          Parameters().Int64(integration_uid_).OptionalText(partition)));
  return result.affected();
}

}  // namespace syncline::store
