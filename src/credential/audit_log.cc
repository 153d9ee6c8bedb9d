#include "credential/audit_log.h"

#include "base/status.h"
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
  const base::LogLevel level = kind == v1::AuditEvent::KIND_CREDENTIAL_CORRUPT
                                   ? base::LogLevel::kError
                                   : base::LogLevel::kInfo;
  logger_.Write(
      level, "audit.event",
      {{"kind", v1::AuditEvent::Kind_Name(kind)}, {"resource", resource}, {"detail", detail}});
}

}  // namespace syncline::credential
