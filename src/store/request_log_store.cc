#include "store/request_log_store.h"

#include "base/status.h"
#include "store/sql.h"

namespace syncline::store {

absl::StatusOr<std::optional<RequestLogRow>> FindRequest(Transaction& transaction,
                                                         std::string_view workspace,
                                                         std::string_view request_id) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kRequestLogFind, Parameters().Text(workspace).Uuid(request_id)));
  if (rows.empty()) return std::optional<RequestLogRow>();
  return std::optional<RequestLogRow>({.method = std::string(rows.Text(0, 0)),
                                       .request_hash = rows.Hash(0, 1),
                                       .response = std::string(rows.Bytes(0, 2))});
}

absl::Status InsertRequest(Transaction& transaction, std::string_view workspace,
                           std::string_view request_id, const RequestLogRow& row) {
  const absl::StatusOr<Result> inserted =
      transaction.Execute(sql::kRequestLogInsert, Parameters()
                                                      .Text(workspace)
                                                      .Uuid(request_id)
                                                      .Text(row.method)
                                                      .Hash(row.request_hash)
                                                      .Bytes(row.response));
  if (inserted.ok()) return absl::OkStatus();
  if (base::ReasonOf(inserted.status()) == base::Reason::kUniqueViolation) {
    return base::Error(base::Reason::kDatabaseConflict,
                       "a concurrent request with the same request_id was first");
  }
  return inserted.status();
}

}  // namespace syncline::store
