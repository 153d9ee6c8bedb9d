#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace syncline::model {

// Resource names (google.aip.dev/122) as values: parsed once at the edge, then passed typed.
// Parse fails with INVALID_ARGUMENT that says what the name should look like.

struct WorkspaceName {
  std::string workspace;
  static absl::StatusOr<WorkspaceName> Parse(std::string_view text);
  std::string ToString() const;  // "workspaces/{workspace}"
  friend auto operator<=>(const WorkspaceName&, const WorkspaceName&) = default;
};

struct CredentialName {
  std::string workspace, credential;
  static absl::StatusOr<CredentialName> Parse(std::string_view text);
  std::string ToString() const;
  friend auto operator<=>(const CredentialName&, const CredentialName&) = default;
};

struct IntegrationName {
  std::string workspace, integration;
  static absl::StatusOr<IntegrationName> Parse(std::string_view text);
  std::string ToString() const;
  friend auto operator<=>(const IntegrationName&, const IntegrationName&) = default;
};

struct MappingName {
  std::string workspace, integration;
  static absl::StatusOr<MappingName> Parse(std::string_view text);
  std::string ToString() const;  // "workspaces/{w}/integrations/{i}/mapping"
  friend auto operator<=>(const MappingName&, const MappingName&) = default;
};

struct ScheduleName {
  std::string workspace, integration, schedule;
  static absl::StatusOr<ScheduleName> Parse(std::string_view text);
  std::string ToString() const;
  friend auto operator<=>(const ScheduleName&, const ScheduleName&) = default;
};

struct RunName {
  std::string workspace, integration, run;  // run: a UUID
  static absl::StatusOr<RunName> Parse(std::string_view text);
  std::string ToString() const;
  friend auto operator<=>(const RunName&, const RunName&) = default;
};

struct ObjectTypeName {
  std::string workspace, object_type;
  static absl::StatusOr<ObjectTypeName> Parse(std::string_view text);
  std::string ToString() const;
  friend auto operator<=>(const ObjectTypeName&, const ObjectTypeName&) = default;
};

struct ObjectName {
  std::string workspace, object_type, object;  // object: a decimal number
  static absl::StatusOr<ObjectName> Parse(std::string_view text);
  std::string ToString() const;
  friend auto operator<=>(const ObjectName&, const ObjectName&) = default;
};

struct AuditEventName {
  std::string workspace, audit_event;  // audit_event: a decimal number
  static absl::StatusOr<AuditEventName> Parse(std::string_view text);
  std::string ToString() const;
  friend auto operator<=>(const AuditEventName&, const AuditEventName&) = default;
};

// `[a-z]([a-z0-9-]{0,61}[a-z0-9])?`, the ids that people choose (google.aip.dev/122).
bool IsResourceId(std::string_view id);
// `[a-z][a-z0-9_]{0,47}` without the prefix "syncline_": object types are tables.
bool IsObjectTypeId(std::string_view id);
// `[a-z][a-z0-9_]{0,58}` and not a column that every object has: fields are columns.
bool IsFieldName(std::string_view name);
// 8-4-4-4-12 hexadecimal digits, lower case.
bool IsUuid(std::string_view text);

// What the checks above demand, for error texts.
inline constexpr std::string_view kResourceIdRule =
    "1 to 63 lower-case letters, digits and hyphens, beginning with a letter and not ending with a "
    "hyphen";
inline constexpr std::string_view kObjectTypeIdRule =
    "1 to 48 lower-case letters, digits and underscores, beginning with a letter and not with "
    "\"syncline_\"";
inline constexpr std::string_view kFieldNameRule =
    "1 to 59 lower-case letters, digits and underscores, beginning with a letter, and none of "
    "object_id, "
    "revision, create_time, update_time, archive_time";

}  // namespace syncline::model
