#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "model/resource_name.h"
#include "store/database.h"
#include "syncline/v1/audit_event.pb.h"

namespace syncline::store {

// Rows of syncline.audit_event. Every function works inside the caller's transaction.

// How many events are kept, over all workspaces.
inline constexpr std::int64_t kAuditEventsMax = 100'000;
// Longer details are cut.
inline constexpr std::size_t kAuditDetailBytesMax = 1'000;

// `workspace` "": of the server as a whole. False when a CREDENTIAL_CORRUPT of the resource stands
// there already for this hour. `detail` must hold no secret (I5).
absl::StatusOr<bool> InsertAuditEvent(Transaction& transaction, std::string_view workspace,
                                      v1::AuditEvent::Kind kind, std::string_view resource,
                                      std::string_view detail);
// NOT_FOUND.
absl::StatusOr<v1::AuditEvent> FindAuditEvent(Transaction& transaction,
                                              const model::AuditEventName& name);
// Newest first, up to `limit`, those before `before_id` ("" = from the newest). NOT_FOUND is the
// caller's to say.
absl::StatusOr<std::vector<v1::AuditEvent>> ListAuditEvents(Transaction& transaction,
                                                            std::string_view workspace,
                                                            std::string_view before_id,
                                                            std::int64_t limit);

}  // namespace syncline::store
