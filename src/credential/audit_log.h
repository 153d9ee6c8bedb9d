#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "base/log.h"
#include "store/database.h"
#include "syncline/v1/audit_event.pb.h"

namespace syncline::credential {

// Says what happened to secrets where the transaction that met it will not last: into the table of
// audit events, in a transaction of its own, and as a log line. Safe for concurrent use; owned by
// the composition root.
class AuditLog {
 public:
  AuditLog(store::Database& database, base::Logger& logger)
      : database_(database), logger_(logger) {}

  // `workspace` "": of the server as a whole. A CREDENTIAL_CORRUPT that stands there for this hour
  // is said once. When the table cannot take it, the log line says that, too.
  void Record(std::string_view workspace, v1::AuditEvent::Kind kind, std::string_view resource,
              std::string_view detail);

 private:
  store::Database& database_;
  base::Logger& logger_;
};

}  // namespace syncline::credential
