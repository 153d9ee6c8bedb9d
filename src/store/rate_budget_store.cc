#include "store/rate_budget_store.h"

#include "base/status.h"
#include "store/resource_row.h"
#include "store/sql.h"

namespace syncline::store {
namespace {

Parameters KeyOf(const model::CredentialName& name) {
  Parameters parameters;
  parameters.Text(name.workspace).Text(name.credential);
  return parameters;
}

}  // namespace

absl::StatusOr<RateBudgetRow> LockRateBudget(Transaction& transaction,
                                             const model::CredentialName& name) {
  SYNCLINE_ASSIGN_OR_RETURN(Result row, transaction.Execute(sql::kRateBudgetLock, KeyOf(name)));
  if (row.empty()) {
    SYNCLINE_RETURN_IF_ERROR(transaction.Execute(sql::kRateBudgetEnsure, KeyOf(name)).status());
    SYNCLINE_ASSIGN_OR_RETURN(row, transaction.Execute(sql::kRateBudgetLock, KeyOf(name)));
  }
  if (row.empty()) return NotFound(name.ToString());
  return RateBudgetRow{.rate = std::string(row.Text(0, 0)),
                       .next_time = row.Time(0, 1),
                       .blocked_until = row.Time(0, 2),
                       .now = row.Time(0, 3)};
}

absl::Status UpdateRateBudget(Transaction& transaction, const model::CredentialName& name,
                              const std::string& rate, base::Time next_time) {
  return transaction.Execute(sql::kRateBudgetUpdate, KeyOf(name).Text(rate).Time(next_time))
      .status();
}

absl::Status BlockRateBudget(Transaction& transaction, const model::CredentialName& name,
                             std::chrono::milliseconds pause) {
  return transaction.Execute(sql::kRateBudgetBlock, KeyOf(name).Int64(pause.count())).status();
}

absl::StatusOr<std::vector<RateHolderRow>> ListRateHolders(Transaction& transaction,
                                                           const model::CredentialName& name) {
  SYNCLINE_RETURN_IF_ERROR(transaction.Execute(sql::kRateHolderDropDead, KeyOf(name)).status());
  SYNCLINE_ASSIGN_OR_RETURN(const Result rows,
                            transaction.Execute(sql::kRateHolderList, KeyOf(name)));
  std::vector<RateHolderRow> holders;
  for (int row = 0; row < rows.size(); ++row) {
    holders.push_back({.holder = std::string(rows.Text(row, 0)),
                       .weight = static_cast<int>(rows.Int64(row, 1)),
                       .wanted = static_cast<int>(rows.Int64(row, 2)),
                       .in_flight = static_cast<int>(rows.Int64(row, 3)),
                       .places = static_cast<int>(rows.Int64(row, 4))});
  }
  return holders;
}

absl::Status PutRateHolder(Transaction& transaction, const model::CredentialName& name,
                           const std::string& worker_id, const RateHolderRow& row) {
  Parameters parameters = KeyOf(name);
  parameters.Text(row.holder).Uuid(worker_id).Int64(row.weight).Int64(row.wanted);
  parameters.Int64(row.in_flight).Int64(row.places);
  return transaction.Execute(sql::kRateHolderPut, parameters).status();
}

absl::Status DropRateHolder(Transaction& transaction, const model::CredentialName& name,
                            const std::string& holder) {
  return transaction.Execute(sql::kRateHolderDrop, KeyOf(name).Text(holder)).status();
}

}  // namespace syncline::store
