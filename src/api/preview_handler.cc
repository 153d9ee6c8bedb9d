#include "api/preview_handler.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "api/integration_rules.h"
#include "auth/alternative.h"
#include "auth/authenticator.h"
#include "credential/credential_opener.h"
#include "model/resource_name.h"
#include "model/run.h"
#include "pull/preview.h"
#include "pull/validate_integration.h"
#include "store/exchange_store.h"
#include "store/integration_store.h"

namespace syncline::api {
namespace {

using model::IntegrationName;
using store::Transaction;

// What is to be previewed.
struct Target {
  IntegrationName name;
  v1::Integration integration;
};

absl::StatusOr<Target> FindStored(const HandlerEnvironment& environment, const std::string& text) {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name, ParseName<IntegrationName>(text, "name"));
  return ReadInTransaction(environment.database,
                           [&](Transaction& transaction) -> absl::StatusOr<Target> {
                             SYNCLINE_ASSIGN_OR_RETURN(store::IntegrationRow row,
                                                       store::FindIntegration(transaction, name));
                             return Target{name, std::move(row.integration)};
                           });
}

absl::StatusOr<Target> CheckInline(const HandlerEnvironment& environment,
                                   const v1::Integration& integration) {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name,
                            ParseName<IntegrationName>(integration.name(), "integration.name"));
  return ReadInTransaction(
      environment.database, [&](Transaction& transaction) -> absl::StatusOr<Target> {
        base::FieldViolations wrong;
        SYNCLINE_RETURN_IF_ERROR(CheckIntegration(transaction, name.workspace, integration, wrong));
        SYNCLINE_RETURN_IF_ERROR(wrong.ToStatus());
        return Target{name, integration};
      });
}

absl::StatusOr<Target> FindTarget(const HandlerEnvironment& environment,
                                  const v1::PreviewIntegrationRequest& request) {
  if (request.has_integration()) return CheckInline(environment, request.integration());
  return FindStored(environment, request.name());
}

absl::StatusOr<std::unique_ptr<auth::Authenticator>> OpenAuthenticator(
    const HandlerEnvironment& environment, const Target& target, const CallScope& scope,
    http::Transport& transport) {
  const v1::Integration& integration = target.integration;
  if (integration.credential().empty()) return auth::MakeNoAuthenticator();
  const model::CredentialName name{target.name.workspace, integration.credential()};
  SYNCLINE_ASSIGN_OR_RETURN(credential::OpenCredential open, environment.credentials.Open(name));
  SYNCLINE_RETURN_IF_ERROR(
      auth::PickAlternative(integration.credential_alternative(), &open.credential, &open.secrets));
  return auth::MakeAuthenticator(open.credential, open.secrets,
                                 {.transport = transport,
                                  .clock = environment.clock,
                                  .random = environment.random,
                                  .tokens = environment.credentials.TokensOf(
                                      {name, integration.credential_alternative()},
                                      open.token_epoch, environment.clock, environment.random),
                                  .give_up = scope.deadline});
}

void ShowFields(const pull::DiscoveredFields& fields, v1::PreviewIntegrationResponse* response) {
  for (const auto& [path, field] : fields.all()) {
    v1::DiscoveredField* const to = response->add_fields();
    to->set_path(path);
    for (const std::string& type : field.types) to->add_types(type);
    for (const std::string& sample : field.samples) to->add_samples(sample);
    to->set_record_count(static_cast<std::int32_t>(field.record_count));
  }
}

void ShowPaging(const pull::PagingOutlook& outlook, v1::PreviewIntegrationResponse* response) {
  response->set_paging(outlook.paging);
  response->set_next_request(outlook.next_request);
  if (!outlook.proposal.has_value()) return;
  *response->mutable_proposed_pagination() = outlook.proposal->pagination;
  response->set_proposal_reason(outlook.proposal->reason);
}

void ShowError(const absl::Status& status, v1::PreviewIntegrationResponse* response) {
  if (status.ok()) return;
  const model::RunError error = model::MakeRunError(status);
  v1::RunError* const to = response->mutable_error();
  to->set_reason(error.reason);
  to->set_message(error.message);
  for (const auto& [key, value] : error.metadata) (*to->mutable_metadata())[key] = value;
}

absl::Status ShowStates(const std::vector<model::PartitionState>& states,
                        const v1::Integration& integration,
                        v1::PreviewIntegrationResponse* response) {
  if (states.empty()) return absl::OkStatus();
  SYNCLINE_ASSIGN_OR_RETURN(const auto plan, pull::CompileIncremental(integration));
  for (const model::PartitionState& state : states) {
    v1::IncrementalState* const to = response->add_incremental_states();
    to->set_partition(state.partition);
    to->set_value(plan->Show(state.value));
    to->set_cursor(plan->Write(plan->BoundOf(state.value)));
  }
  return absl::OkStatus();
}

absl::StatusOr<pull::Preview::Bounds> BoundsOf(const v1::PreviewIntegrationRequest& request) {
  base::FieldViolations wrong;
  if (request.target_case() == v1::PreviewIntegrationRequest::TARGET_NOT_SET) {
    wrong.Add("name", "or integration must be set");
  }
  if (request.page_count() < 0) wrong.Add("pageCount", "must not be negative; 0 = 1");
  if (request.record_count() < 0) {
    wrong.Add("recordCount",
              fmt::format("must not be negative; 0 = {}", PreviewHandler::kRecordCountDefault));
  }
  SYNCLINE_RETURN_IF_ERROR(wrong.ToStatus());
  const int records = request.record_count();
  return pull::Preview::Bounds{
      .page_count = std::clamp(request.page_count(), 1, PreviewHandler::kPageCountMax),
      .record_count = records == 0 ? PreviewHandler::kRecordCountDefault
                                   : std::min(records, PreviewHandler::kRecordCountMax)};
}

}  // namespace

absl::StatusOr<v1::PreviewIntegrationResponse> PreviewHandler::Preview(
    const v1::PreviewIntegrationRequest& request, const CallScope& scope) const {
  SYNCLINE_ASSIGN_OR_RETURN(const pull::Preview::Bounds bounds, BoundsOf(request));
  SYNCLINE_ASSIGN_OR_RETURN(const Target target, FindTarget(environment_, request));
  const CallScope vendor_scope{scope.deadline - kAnswerTime, scope.stop};
  pull::Preview preview(environment_.vendor_transport, environment_.clock, environment_.random,
                        vendor_scope.deadline);
  SYNCLINE_ASSIGN_OR_RETURN(
      std::unique_ptr<auth::Authenticator> authenticator,
      OpenAuthenticator(environment_, target, vendor_scope, preview.sign_in()));
  SYNCLINE_ASSIGN_OR_RETURN(
      const pull::Preview::Result result,
      preview.Run(target.integration, std::move(authenticator), bounds, scope.stop));
  v1::PreviewIntegrationResponse response;
  for (const std::string& record : result.records) response.add_records(record);
  for (const model::Exchange& one : result.exchanges) {
    *response.add_exchanges() = store::ToProto(one);
  }
  ShowFields(result.fields, &response);
  ShowPaging(result.outlook, &response);
  ShowError(result.error, &response);
  SYNCLINE_RETURN_IF_ERROR(ShowStates(result.states, target.integration, &response));
  return response;
}

}  // namespace syncline::api
