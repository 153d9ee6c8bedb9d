#include "api/integration_handler.h"

#include <google/protobuf/util/message_differencer.h>

#include "api/default_schedule.h"
#include "api/etag.h"
#include "api/integration_rules.h"
#include "api/mutation.h"
#include "api/reauthorization.h"
#include "api/update_mask.h"
#include "model/resource_name.h"
#include "queue/schedule_timing.h"
#include "store/integration_links.h"
#include "store/integration_store.h"
#include "store/mapping_store.h"
#include "store/schedule_store.h"
#include "store/workspace_store.h"

namespace syncline::api {
namespace {

using google::protobuf::Empty;
using google::protobuf::util::MessageDifferencer;
using model::IntegrationName;
using model::WorkspaceName;
using store::Transaction;

const UpdateRules kRules{.ignored = {"name", "create_time", "update_time", "etag"},
                         .immutable = {"object_type"}};

// What every integration has from its first moment: a mapping, still empty, and a daily schedule.
absl::Status InsertCompanions(Transaction& transaction, const IntegrationName& name) {
  SYNCLINE_RETURN_IF_ERROR(
      store::InsertMapping(transaction, {name.workspace, name.integration}).status());
  const v1::Schedule schedule = DefaultSchedule(name);
  SYNCLINE_ASSIGN_OR_RETURN(const base::Time now, store::DatabaseTime(transaction));
  SYNCLINE_ASSIGN_OR_RETURN(const model::ScheduleTiming timing, queue::TimingOf(schedule, now));
  SYNCLINE_ASSIGN_OR_RETURN(const base::Time next, model::NextFireTime(timing, now));
  return store::InsertSchedule(transaction, {name.workspace, name.integration, kDefaultScheduleId},
                               schedule, next)
      .status();
}

}  // namespace

absl::StatusOr<v1::Integration> IntegrationHandler::Create(
    const v1::CreateIntegrationRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto parent,
                            ParseName<WorkspaceName>(request.parent(), "parent"));
  const IntegrationName name{parent.workspace, request.integration_id()};
  return Mutate<v1::Integration>(
      environment_.database, "syncline.v1.IntegrationService/CreateIntegration", name.workspace,
      request, [&](Transaction& transaction) -> absl::StatusOr<v1::Integration> {
        SYNCLINE_RETURN_IF_ERROR(store::FindWorkspace(transaction, parent).status());
        base::FieldViolations wrong;
        CheckId(wrong, "integrationId", name.integration, model::IsResourceId(name.integration),
                model::kResourceIdRule);
        SYNCLINE_RETURN_IF_ERROR(
            CheckIntegration(transaction, name.workspace, request.integration(), wrong));
        SYNCLINE_RETURN_IF_ERROR(wrong.ToStatus());
        SYNCLINE_ASSIGN_OR_RETURN(
            store::IntegrationRow created,
            store::InsertIntegration(transaction, name, request.integration()));
        SYNCLINE_RETURN_IF_ERROR(InsertCompanions(transaction, name));
        return std::move(created.integration);
      });
}

absl::StatusOr<v1::Integration> IntegrationHandler::Get(
    const v1::GetIntegrationRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name, ParseName<IntegrationName>(request.name(), "name"));
  return ReadInTransaction(environment_.database,
                           [&](Transaction& transaction) -> absl::StatusOr<v1::Integration> {
                             SYNCLINE_ASSIGN_OR_RETURN(store::IntegrationRow row,
                                                       store::FindIntegration(transaction, name));
                             return std::move(row.integration);
                           });
}

absl::StatusOr<v1::ListIntegrationsResponse> IntegrationHandler::List(
    const v1::ListIntegrationsRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto parent,
                            ParseName<WorkspaceName>(request.parent(), "parent"));
  using Items = std::vector<v1::Integration>;
  return ListPage<v1::ListIntegrationsResponse>(
      environment_.page_tokens, request, &v1::ListIntegrationsResponse::mutable_integrations,
      [&](const std::string& after, int limit) {
        return ReadInTransaction(
            environment_.database, [&](Transaction& transaction) -> absl::StatusOr<Items> {
              SYNCLINE_RETURN_IF_ERROR(store::FindWorkspace(transaction, parent).status());
              return store::ListIntegrations(transaction, parent.workspace, after, limit);
            });
      },
      [](const v1::Integration& integration) { return LastId(integration.name()); });
}

absl::StatusOr<v1::Integration> IntegrationHandler::Update(
    const v1::UpdateIntegrationRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name, ParseName<IntegrationName>(
                                                 request.integration().name(), "integration.name"));
  return Mutate<v1::Integration>(
      environment_.database, "syncline.v1.IntegrationService/UpdateIntegration", name.workspace,
      request, [&](Transaction& transaction) -> absl::StatusOr<v1::Integration> {
        SYNCLINE_ASSIGN_OR_RETURN(
            const store::IntegrationRow stored,
            store::FindIntegration(transaction, name, store::Lock::kForUpdate));
        SYNCLINE_RETURN_IF_ERROR(
            CheckEtag(request.integration().etag(), stored.integration.etag(), name.ToString()));
        v1::Integration merged = stored.integration;
        SYNCLINE_RETURN_IF_ERROR(ApplyUpdateMask(request.update_mask(), request.integration(),
                                                 kRules, "integration", &merged));
        if (MessageDifferencer::Equals(merged, stored.integration)) return merged;
        base::FieldViolations wrong;
        SYNCLINE_RETURN_IF_ERROR(CheckIntegration(transaction, name.workspace, merged, wrong));
        SYNCLINE_RETURN_IF_ERROR(
            CheckMappingFits(transaction, name, stored.integration, merged, wrong));
        SYNCLINE_RETURN_IF_ERROR(wrong.ToStatus());
        SYNCLINE_ASSIGN_OR_RETURN(store::IntegrationRow updated,
                                  store::UpdateIntegration(transaction, name, merged));
        if (merged.credential() != stored.integration.credential() ||
            merged.credential_alternative() != stored.integration.credential_alternative()) {
          SYNCLINE_RETURN_IF_ERROR(ResumeSchedulesOf(transaction, name));
        }
        return std::move(updated.integration);
      });
}

absl::StatusOr<Empty> IntegrationHandler::Delete(
    const v1::DeleteIntegrationRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name, ParseName<IntegrationName>(request.name(), "name"));
  return Mutate<Empty>(environment_.database, "syncline.v1.IntegrationService/DeleteIntegration",
                       name.workspace, request,
                       [&](Transaction& transaction) -> absl::StatusOr<Empty> {
                         SYNCLINE_ASSIGN_OR_RETURN(
                             const store::IntegrationRow stored,
                             store::FindIntegration(transaction, name, store::Lock::kForUpdate));
                         SYNCLINE_RETURN_IF_ERROR(
                             CheckEtag(request.etag(), stored.integration.etag(), name.ToString()));
                         SYNCLINE_ASSIGN_OR_RETURN(const std::optional<std::string> run,
                                                   store::ActiveRunOf(transaction, stored.uid));
                         if (run.has_value()) {
                           const model::RunName active{name.workspace, name.integration, *run};
                           return InUse(name.ToString(), {active.ToString()});
                         }
                         SYNCLINE_RETURN_IF_ERROR(store::DeleteIntegrationLinks(
                             transaction, name.workspace, stored.uid));
                         SYNCLINE_RETURN_IF_ERROR(store::DeleteIntegration(transaction, name));
                         return Empty();
                       });
}

}  // namespace syncline::api
