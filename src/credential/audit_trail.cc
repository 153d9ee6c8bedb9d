#include "credential/audit_trail.h"

#include <utility>

#include "base/status.h"
#include "store/audit_store.h"

namespace syncline::credential {

void LogAuditEvent(base::Logger& logger, v1::AuditEvent::Kind kind, std::string_view resource,
                   std::string_view detail) {
  const base::LogLevel level = kind == v1::AuditEvent::KIND_CREDENTIAL_CORRUPT
                                   ? base::LogLevel::kError
                                   : base::LogLevel::kInfo;
  logger.Write(
      level, "audit.event",
      {{"kind", v1::AuditEvent::Kind_Name(kind)}, {"resource", resource}, {"detail", detail}});
}

absl::Status AuditTrail::Record(store::Transaction& transaction, std::string_view workspace,
                                v1::AuditEvent::Kind kind, std::string resource,
                                std::string detail) {
  SYNCLINE_RETURN_IF_ERROR(
      store::InsertAuditEvent(transaction, workspace, kind, resource, detail).status());
  events_.push_back({kind, std::move(resource), std::move(detail)});
  return absl::OkStatus();
}

void AuditTrail::Tell() const {
  for (const Event& event : events_) {
    LogAuditEvent(logger_, event.kind, event.resource, event.detail);
  }
}

}  // namespace syncline::credential
