#pragma once

#include <memory>
#include <string>
#include <vector>

#include "credential/credential_opener.h"
#include "credential/rate_budgets.h"
#include "run/run_context.h"
#include "store/database.h"

namespace syncline::run {

// RunResources on PostgreSQL, for one worker. Owned by the composition root.
class PostgresRunResources final : public RunResources {
 public:
  // `sign_in` is what authenticators work with.
  PostgresRunResources(store::Database& database, credential::CredentialOpener& credentials,
                       const auth::Environment& sign_in, std::string worker_id)
      : database_(database),
        credentials_(credentials),
        sign_in_(sign_in),
        worker_id_(std::move(worker_id)),
        budgets_(database, sign_in.clock, sign_in.random, worker_id_) {}

  absl::StatusOr<SignIn> OpenSignIn(const queue::ClaimedRun& run,
                                    const v1::Integration& integration,
                                    http::Transport& transport) override;
  absl::StatusOr<std::unique_ptr<pull::StateSource>> OpenStates(
      const queue::ClaimedRun& run, const v1::Integration& integration) override;
  absl::StatusOr<std::unique_ptr<load::PageCommitter>> MakeCommitter(
      const queue::ClaimedRun& run, const Definition& definition,
      const mapping::CompiledMapping& mapping) override;
  std::unique_ptr<pull::KnownRecords> MakeKnownRecords(const queue::ClaimedRun& run) override;
  void Tick() override { budgets_.Tick(); }
  absl::StatusOr<pull::ExchangeLog::Bounds> FindExchanges(const queue::ClaimedRun& run) override;
  absl::Status WriteExchanges(const queue::ClaimedRun& run,
                              const std::vector<model::Exchange>& exchanges) override;

 private:
  store::Database& database_;
  credential::CredentialOpener& credentials_;
  const auth::Environment sign_in_;
  const std::string worker_id_;
  credential::RateBudgets budgets_;
};

}  // namespace syncline::run
