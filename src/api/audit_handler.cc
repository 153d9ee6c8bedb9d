#include "api/audit_handler.h"

#include "model/resource_name.h"
#include "store/audit_store.h"
#include "store/workspace_store.h"

namespace syncline::api {

using model::AuditEventName;
using model::WorkspaceName;
using store::Transaction;

absl::StatusOr<v1::AuditEvent> AuditHandler::Get(const v1::GetAuditEventRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name, ParseName<AuditEventName>(request.name(), "name"));
  return ReadInTransaction(
      environment_.database, [&](Transaction& transaction) -> absl::StatusOr<v1::AuditEvent> {
        SYNCLINE_RETURN_IF_ERROR(store::FindWorkspace(transaction, {name.workspace}).status());
        return store::FindAuditEvent(transaction, name);
      });
}

absl::StatusOr<v1::ListAuditEventsResponse> AuditHandler::List(
    const v1::ListAuditEventsRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto parent,
                            ParseName<WorkspaceName>(request.parent(), "parent"));
  using Items = std::vector<v1::AuditEvent>;
  return ListPage<v1::ListAuditEventsResponse>(
      environment_.page_tokens, request, &v1::ListAuditEventsResponse::mutable_audit_events,
      [&](const std::string& before, int limit) {
        return ReadInTransaction(
            environment_.database, [&](Transaction& transaction) -> absl::StatusOr<Items> {
              SYNCLINE_RETURN_IF_ERROR(store::FindWorkspace(transaction, parent).status());
              return store::ListAuditEvents(transaction, parent.workspace, before, limit);
            });
      },
      [](const v1::AuditEvent& event) { return LastId(event.name()); });
}

}  // namespace syncline::api
