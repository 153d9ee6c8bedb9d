#include "store/integration_store.h"

#include "store/sql.h"

namespace syncline::store {
namespace {

absl::StatusOr<IntegrationRow> Read(const Result& result, int row,
                                    const model::IntegrationName& name) {
  SYNCLINE_ASSIGN_OR_RETURN(v1::Integration integration,
                            ReadResource<v1::Integration>(result, row, name.ToString()));
  return IntegrationRow{std::move(integration), result.Int64(row, 4)};
}

// The column is NULL where the specification names no credential.
std::optional<std::string> CredentialColumn(const v1::Integration& integration) {
  if (integration.credential().empty()) return std::nullopt;
  return integration.credential();
}

}  // namespace

absl::StatusOr<IntegrationRow> InsertIntegration(Transaction& transaction,
                                                 const model::IntegrationName& name,
                                                 const v1::Integration& integration) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kIntegrationInsert, Parameters()
                                                       .Text(name.workspace)
                                                       .Text(name.integration)
                                                       .Text(integration.object_type())
                                                       .OptionalText(CredentialColumn(integration))
                                                       .Json(SpecJson(integration))));
  if (rows.empty()) return AlreadyExists(name.ToString());
  return Read(rows, 0, name);
}

absl::StatusOr<IntegrationRow> FindIntegration(Transaction& transaction,
                                               const model::IntegrationName& name, Lock lock) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(
          lock == Lock::kForUpdate ? sql::kIntegrationFindForUpdate : sql::kIntegrationFind,
          Parameters().Text(name.workspace).Text(name.integration)));
  if (rows.empty()) return NotFound(name.ToString());
  return Read(rows, 0, name);
}

absl::StatusOr<std::vector<v1::Integration>> ListIntegrations(Transaction& transaction,
                                                              std::string_view workspace,
                                                              std::string_view after_id,
                                                              std::int64_t limit) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kIntegrationList,
                          Parameters().Text(workspace).Text(after_id).Int64(limit)));
  std::vector<v1::Integration> integrations;
  for (int row = 0; row < rows.size(); ++row) {
    const model::IntegrationName name{std::string(workspace), std::string(rows.Text(row, 5))};
    SYNCLINE_ASSIGN_OR_RETURN(IntegrationRow found, Read(rows, row, name));
    integrations.push_back(std::move(found.integration));
  }
  return integrations;
}

absl::StatusOr<IntegrationRow> UpdateIntegration(Transaction& transaction,
                                                 const model::IntegrationName& name,
                                                 const v1::Integration& integration) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kIntegrationUpdate, Parameters()
                                                       .Text(name.workspace)
                                                       .Text(name.integration)
                                                       .OptionalText(CredentialColumn(integration))
                                                       .Json(SpecJson(integration))));
  if (rows.empty()) return NotFound(name.ToString());
  return Read(rows, 0, name);
}

absl::Status DeleteIntegration(Transaction& transaction, const model::IntegrationName& name) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kIntegrationDelete,
                          Parameters().Text(name.workspace).Text(name.integration)));
  return rows.affected() == 0 ? NotFound(name.ToString()) : absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> ActiveRunOf(Transaction& transaction, std::int64_t uid) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows, transaction.Execute(sql::kIntegrationActiveRun, Parameters().Int64(uid)));
  if (rows.empty()) return std::optional<std::string>();
  return std::optional<std::string>(rows.Text(0, 0));
}

}  // namespace syncline::store
