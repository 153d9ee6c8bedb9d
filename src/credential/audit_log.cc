#include "credential/audit_log.h"

#include "base/status.h"
#include "credential/audit_trail.h"
#include "store/audit_store.h"

namespace syncline::credential {

void AuditLog::Record(std::string_view workspace, v1::AuditEvent::Kind kind,
                      std::string_view resource, std::string_view detail) {
  bool fresh = true;
  const absl::Status status =
      database_.RunTransaction([&](store::Transaction& transaction) -> absl::Status {
        SYNCLINE_ASSIGN_OR_RETURN(
            fresh, store::InsertAuditEvent(transaction, workspace, kind, resource, detail));
        return absl::OkStatus();
      });
  if (!status.ok()) logger_.Error("audit.not_recorded", {{"error", status}});
  if (!fresh) return;
  LogAuditEvent(logger_, kind, resource, detail);
}

}  // namespace syncline::credential
