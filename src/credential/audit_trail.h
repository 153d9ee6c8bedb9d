#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "base/log.h"
#include "store/database.h"
#include "syncline/v1/audit_event.pb.h"

namespace syncline::credential {

// The log line of an audit event.
void LogAuditEvent(base::Logger& logger, v1::AuditEvent::Kind kind, std::string_view resource,
                   std::string_view detail);

// What one change does to secrets: written in its transaction, and said in the log once that has
// been committed. Lives for one call, used by one thread.
class AuditTrail {
 public:
  explicit AuditTrail(base::Logger& logger) : logger_(logger) {}

  // When a transaction begins: those of one that was rolled back never were.
  void Restart() { events_.clear(); }
  // `detail` holds no secret (I5).
  absl::Status Record(store::Transaction& transaction, std::string_view workspace,
                      v1::AuditEvent::Kind kind, std::string resource, std::string detail);
  // When the transaction has been committed.
  void Tell() const;

 private:
  struct Event {
    v1::AuditEvent::Kind kind;
    std::string resource;
    std::string detail;
  };
  base::Logger& logger_;
  std::vector<Event> events_;
};

}  // namespace syncline::credential
