#include "store/integration_links.h"

#include "store/sql.h"
#include "store/workspace_schema.h"
#include "store/workspace_store.h"

namespace syncline::store {

absl::Status DeleteIntegrationLinks(Transaction& transaction, std::string_view workspace,
                                    std::int64_t integration_uid) {
  SYNCLINE_ASSIGN_OR_RETURN(const v1::Workspace found,
                            FindWorkspace(transaction, {std::string(workspace)}));
  for (const std::string_view statement :
       {sql::kIntegrationLinksDelete, sql::kIntegrationRecordVersionsDelete,
        sql::kIntegrationSeenDelete, sql::kIntegrationStatesDelete,
        sql::kIntegrationPendingStatesDelete}) {
    SYNCLINE_RETURN_IF_ERROR(
        transaction
            .Execute(ExpandSchema(statement, found.schema()), Parameters().Int64(integration_uid))
            .status());
  }
  return absl::OkStatus();
}

}  // namespace syncline::store
