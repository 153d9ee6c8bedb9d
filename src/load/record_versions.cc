#include "load/record_versions.h"

#include "base/status.h"
#include "store/sql.h"
#include "store/workspace_schema.h"
#include "store/workspace_store.h"

namespace syncline::load {

RecordVersions::RecordVersions(store::Database& database, const std::string& workspace,
                               std::int64_t integration_uid)
    : database_(database),
      integration_uid_(integration_uid),
      unchanged_(store::ExpandSchema(store::sql::kRecordVersionsUnchanged,
                                     store::SchemaNameOf(workspace))) {}

absl::StatusOr<std::vector<std::int64_t>> RecordVersions::FindUnchanged(
    const std::vector<base::Hash128>& records, const std::vector<base::Hash128>& versions) const {
  std::vector<std::int64_t> links(records.size());
  const absl::Status status = database_.RunTransaction([&](store::Transaction& transaction)
                                                           -> absl::Status {
    SYNCLINE_ASSIGN_OR_RETURN(
        const store::Result found,
        transaction.Execute(
            unchanged_,
            store::Parameters().Int64(integration_uid_).HashArray(records).HashArray(versions)));
    for (int i = 0; i < found.size(); ++i) {
      links[static_cast<std::size_t>(found.Int64(i, 0) - 1)] = found.Int64(i, 1);
    }
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return links;
}

}  // namespace syncline::load
