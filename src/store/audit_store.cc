#include "store/audit_store.h"

#include <charconv>
#include <limits>
#include <optional>

#include "base/status.h"
#include "store/resource_row.h"
#include "store/sql.h"

namespace syncline::store {
namespace {

constexpr std::string_view kKindPrefix = "KIND_";

std::int64_t NumberOf(std::string_view id, std::int64_t otherwise) {
  std::int64_t number = otherwise;
  std::from_chars(id.data(), id.data() + id.size(), number);
  return number;
}

v1::AuditEvent Read(const Result& rows, int row, std::string_view workspace) {
  v1::AuditEvent event;
  event.set_name(
      model::AuditEventName{std::string(workspace), std::to_string(rows.Int64(row, 0))}.ToString());
  *event.mutable_create_time() = ToTimestamp(rows.Time(row, 1));
  v1::AuditEvent::Kind kind = v1::AuditEvent::KIND_UNSPECIFIED;  // of a newer build
  v1::AuditEvent::Kind_Parse(std::string(kKindPrefix) + std::string(rows.Text(row, 2)), &kind);
  event.set_kind(kind);
  event.set_resource(std::string(rows.Text(row, 3)));
  event.set_detail(std::string(rows.Text(row, 4)));
  return event;
}

}  // namespace

absl::StatusOr<bool> InsertAuditEvent(Transaction& transaction, std::string_view workspace,
                                      v1::AuditEvent::Kind kind, std::string_view resource,
                                      std::string_view detail) {
  const auto of = workspace.empty() ? std::nullopt : std::optional(std::string(workspace));
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kAuditEventInsert,
                          Parameters()
                              .OptionalText(of)
                              .Text(v1::AuditEvent::Kind_Name(kind).substr(kKindPrefix.size()))
                              .Text(resource)
                              .Text(detail.substr(0, kAuditDetailBytesMax))
                              .Int64(kAuditEventsMax)));
  return !rows.empty();
}

absl::StatusOr<v1::AuditEvent> FindAuditEvent(Transaction& transaction,
                                              const model::AuditEventName& name) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kAuditEventFind,
                          Parameters().Text(name.workspace).Int64(NumberOf(name.audit_event, 0))));
  if (rows.empty()) return NotFound(name.ToString());
  return Read(rows, 0, name.workspace);
}

absl::StatusOr<std::vector<v1::AuditEvent>> ListAuditEvents(Transaction& transaction,
                                                            std::string_view workspace,
                                                            std::string_view before_id,
                                                            std::int64_t limit) {
  constexpr std::int64_t kNewest = std::numeric_limits<std::int64_t>::max();
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(
          sql::kAuditEventList,
          Parameters().Text(workspace).Int64(NumberOf(before_id, kNewest)).Int64(limit)));
  std::vector<v1::AuditEvent> events;
  for (int row = 0; row < rows.size(); ++row) events.push_back(Read(rows, row, workspace));
  return events;
}

}  // namespace syncline::store
