#include "run/postgres_run_resources.h"

#include <optional>
#include <utility>

#include "base/status.h"
#include "load/postgres_page_committer.h"
#include "pull/limits.h"
#include "store/integration_store.h"

namespace syncline::run {

absl::StatusOr<std::unique_ptr<auth::Authenticator>> PostgresRunResources::OpenAuthenticator(
    const queue::ClaimedRun& run, const v1::Integration& integration) {
  const model::IntegrationName name{run.workspace, run.integration};
  std::optional<credential::OpenCredential> open;
  const absl::Status status =
      database_.RunTransaction([&](store::Transaction& transaction) -> absl::Status {
        SYNCLINE_ASSIGN_OR_RETURN(const store::IntegrationRow row,
                                  store::FindIntegration(transaction, name));
        // Deleted and made anew under the same name: the links of this run belong to neither.
        if (row.uid != run.integration_uid) return store::NotFound(name.ToString());
        if (integration.credential().empty()) return absl::OkStatus();
        SYNCLINE_ASSIGN_OR_RETURN(
            open, vault_.Open(transaction, {run.workspace, integration.credential()}));
        return absl::OkStatus();
      });
  SYNCLINE_RETURN_IF_ERROR(status);
  if (!open.has_value()) return auth::MakeNoAuthenticator();
  return auth::MakeAuthenticator(open->credential, open->secrets, sign_in_);
}

absl::StatusOr<std::unique_ptr<load::PageCommitter>> PostgresRunResources::MakeCommitter(
    const queue::ClaimedRun& run, const Definition& definition,
    const mapping::CompiledMapping& mapping) {
  return load::PostgresPageCommitter::Open(
      database_,
      {.fence = {.run_id = run.run_id, .worker_id = worker_id_, .epoch = run.epoch},
       .workspace = run.workspace,
       .integration_uid = run.integration_uid,
       .object_type = definition.object_type,
       .reject_count_max = pull::ResolveLimits(definition.integration.limits()).reject_count_max},
      mapping);
}

}  // namespace syncline::run
