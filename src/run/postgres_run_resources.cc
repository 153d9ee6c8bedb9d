#include "run/postgres_run_resources.h"

#include "base/status.h"
#include "load/postgres_page_committer.h"
#include "pull/limits.h"

namespace syncline::run {

absl::StatusOr<std::unique_ptr<auth::Authenticator>> PostgresRunResources::OpenAuthenticator(
    const queue::ClaimedRun& run, const v1::Integration& integration) {
  if (integration.credential().empty()) return auth::MakeNoAuthenticator();
  const model::CredentialName name{.workspace = run.workspace,
                                   .credential = integration.credential()};
  std::unique_ptr<auth::Authenticator> authenticator;
  SYNCLINE_RETURN_IF_ERROR(
      database_.RunTransaction([&](store::Transaction& transaction) -> absl::Status {
        SYNCLINE_ASSIGN_OR_RETURN(authenticator, vault_.OpenAuthenticator(transaction, name));
        return absl::OkStatus();
      }));
  return authenticator;
}

absl::StatusOr<std::unique_ptr<load::PageCommitter>> PostgresRunResources::MakeCommitter(
    const queue::ClaimedRun& run, const Definition& definition,
    const mapping::CompiledMapping& mapping) {
  load::LoadTargetOptions options{
      .fence = {.run_id = run.run_id, .worker_id = worker_id_, .epoch = run.epoch},
      .workspace = run.workspace,
      .integration_uid = run.integration_uid,
      .object_type = definition.object_type,
      .reject_count_max = pull::ResolveLimits(definition.integration.limits()).reject_count_max};
  SYNCLINE_ASSIGN_OR_RETURN(
      std::unique_ptr<load::PostgresPageCommitter> committer,
      load::PostgresPageCommitter::Open(database_, std::move(options), mapping));
  return std::unique_ptr<load::PageCommitter>(std::move(committer));
}

}  // namespace syncline::run
