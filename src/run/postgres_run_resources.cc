#include "run/postgres_run_resources.h"

#include <span>
#include <utility>
#include <vector>

#include "auth/alternative.h"
#include "base/status.h"
#include "credential/postgres_token_store.h"
#include "load/postgres_page_committer.h"
#include "load/record_versions.h"
#include "pull/limits.h"
#include "pull/validate_integration.h"
#include "run/postgres_state_source.h"
#include "store/exchange_store.h"
#include "store/integration_store.h"

namespace syncline::run {
namespace {

// What the pages of earlier runs kept, as the puller asks for it.
class WrittenRecords final : public pull::KnownRecords {
 public:
  WrittenRecords(store::Database& database, const queue::ClaimedRun& run)
      : versions_(database, run.workspace, run.integration_uid) {}

  absl::StatusOr<std::vector<std::int64_t>> FindUnchanged(
      std::span<const pull::RecordVersion> records) const override {
    std::vector<base::Hash128> names;
    std::vector<base::Hash128> versions;
    for (const pull::RecordVersion& one : records) {
      names.push_back(one.record);
      versions.push_back(one.version);
    }
    return versions_.FindUnchanged(names, versions);
  }

 private:
  const load::RecordVersions versions_;
};

}  // namespace

absl::StatusOr<SignIn> PostgresRunResources::OpenSignIn(const queue::ClaimedRun& run,
                                                        const v1::Integration& integration,
                                                        http::Transport& transport) {
  const model::IntegrationName name{run.workspace, run.integration};
  SYNCLINE_RETURN_IF_ERROR(
      database_.RunTransaction([&](store::Transaction& transaction) -> absl::Status {
        SYNCLINE_ASSIGN_OR_RETURN(const store::IntegrationRow row,
                                  store::FindIntegration(transaction, name));
        // Deleted and made anew under the same name: the links of this run belong to neither.
        return row.uid == run.integration_uid ? absl::OkStatus() : store::NotFound(name.ToString());
      }));
  if (integration.credential().empty()) {
    return SignIn{auth::MakeNoAuthenticator(), budgets_.Unshared()};
  }
  const model::CredentialName credential{run.workspace, integration.credential()};
  SYNCLINE_ASSIGN_OR_RETURN(credential::OpenCredential open, credentials_.Open(credential));
  SYNCLINE_RETURN_IF_ERROR(
      auth::PickAlternative(integration.credential_alternative(), &open.credential, &open.secrets));
  SignIn made;
  SYNCLINE_ASSIGN_OR_RETURN(
      made.authenticator,
      auth::MakeAuthenticator(
          open.credential, open.secrets,
          {.transport = transport,
           .clock = sign_in_.clock,
           .random = sign_in_.random,
           .tokens = credentials_.TokensOf({credential, integration.credential_alternative()},
                                           open.token_epoch, sign_in_.clock, sign_in_.random),
           .give_up = sign_in_.give_up}));
  // Of the credential as a whole: alternatives are ways in, the vendor is the same.
  made.budget = budgets_.Of(credential, credential::RateLimitOf(open.credential));
  return made;
}

absl::StatusOr<std::unique_ptr<pull::StateSource>> PostgresRunResources::OpenStates(
    const queue::ClaimedRun& run, const v1::Integration& integration) {
  if (!integration.has_incremental() || run.full) return nullptr;
  SYNCLINE_ASSIGN_OR_RETURN(const auto incremental, pull::CompileIncremental(integration));
  // Whoever changes states by hand holds this lock and finds no run under way: what is read from
  // here on stays as it is until the run ends.
  SYNCLINE_RETURN_IF_ERROR(database_.RunTransaction([&](store::Transaction& transaction) {
    return store::FindIntegration(transaction, {run.workspace, run.integration},
                                  store::Lock::kForUpdate)
        .status();
  }));
  return std::make_unique<PostgresStateSource>(
      database_,
      store::IncrementalStates(run.workspace, run.integration_uid, incremental->meaning()));
}

absl::StatusOr<std::unique_ptr<load::PageCommitter>> PostgresRunResources::MakeCommitter(
    const queue::ClaimedRun& run, const Definition& definition,
    const mapping::CompiledMapping& mapping) {
  SYNCLINE_ASSIGN_OR_RETURN(const auto incremental,
                            pull::CompileIncremental(definition.integration));
  return load::PostgresPageCommitter::Open(
      database_,
      {.fence = {.run_id = run.run_id, .worker_id = worker_id_, .epoch = run.epoch},
       .workspace = run.workspace,
       .integration_uid = run.integration_uid,
       .object_type = definition.object_type,
       .reject_count_max = pull::ResolveLimits(definition.integration.limits()).reject_count_max,
       .state_meaning = incremental == nullptr ? "" : incremental->meaning()},
      mapping);
}

absl::StatusOr<pull::ExchangeLog::Bounds> PostgresRunResources::FindExchanges(
    const queue::ClaimedRun& run) {
  pull::ExchangeLog::Bounds bounds;
  const absl::Status found =
      database_.RunTransaction([&](store::Transaction& transaction) -> absl::Status {
        SYNCLINE_ASSIGN_OR_RETURN(const store::ExchangesBefore before,
                                  store::FindExchanges(transaction, run.workspace, run.run_id));
        bounds.last_id = before.last_id;
        bounds.failed_count = before.failed_count;
        return absl::OkStatus();
      });
  if (!found.ok()) return found;
  return bounds;
}

absl::Status PostgresRunResources::WriteExchanges(const queue::ClaimedRun& run,
                                                  const std::vector<model::Exchange>& exchanges) {
  return database_.RunTransaction([&](store::Transaction& transaction) {
    return store::WriteExchanges(transaction,
                                 {.workspace = run.workspace,
                                  .run_id = run.run_id,
                                  .worker_id = worker_id_,
                                  .epoch = run.epoch},
                                 exchanges, pull::ExchangeLog::kNewestMax);
  });
}

std::unique_ptr<pull::KnownRecords> PostgresRunResources::MakeKnownRecords(
    const queue::ClaimedRun& run) {
  return std::make_unique<WrittenRecords>(database_, run);
}

}  // namespace syncline::run
