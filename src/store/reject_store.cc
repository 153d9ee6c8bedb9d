#include "store/reject_store.h"

#include "base/status.h"
#include "store/resource_row.h"
#include "store/sql.h"
#include "store/workspace_schema.h"
#include "store/workspace_store.h"

namespace syncline::store {

absl::StatusOr<std::vector<v1::Reject>> ListRejects(Transaction& transaction,
                                                    std::string_view workspace,
                                                    std::string_view run_id, std::int64_t after_id,
                                                    std::int64_t limit) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(ExpandSchema(sql::kRejectList, SchemaNameOf(workspace)),
                          Parameters().Uuid(run_id).Int64(after_id).Int64(limit)));
  std::vector<v1::Reject> rejects;
  for (int row = 0; row < rows.size(); ++row) {
    v1::Reject& reject = rejects.emplace_back();
    reject.set_reject_id(rows.Int64(row, 0));
    reject.set_page_number(rows.Int64(row, 1));
    reject.set_record_index(rows.Int64(row, 2));
    reject.set_reason(std::string(rows.Text(row, 3)));
    reject.set_message(std::string(rows.Text(row, 4)));
    reject.set_field(std::string(rows.Text(row, 5)));
    reject.set_record(std::string(rows.Text(row, 6)));
    reject.set_record_truncated(rows.Bool(row, 7));
    reject.set_mapping_version(rows.Int64(row, 8));
    *reject.mutable_create_time() = ToTimestamp(rows.Time(row, 9));
  }
  return rejects;
}

}  // namespace syncline::store
