#pragma once

#include "absl/status/statusor.h"
#include "api/handler_environment.h"
#include "syncline/v1/audit_service.pb.h"

namespace syncline::api {

// The methods of AuditService, free of gRPC. Errors as the contract names them.
class AuditHandler {
 public:
  explicit AuditHandler(const HandlerEnvironment& environment) : environment_(environment) {}

  absl::StatusOr<v1::AuditEvent> Get(const v1::GetAuditEventRequest& request) const;
  absl::StatusOr<v1::ListAuditEventsResponse> List(const v1::ListAuditEventsRequest& request) const;

 private:
  const HandlerEnvironment& environment_;
};

}  // namespace syncline::api
