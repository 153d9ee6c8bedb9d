#include "model/resource_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/status.h"

namespace syncline::model {
namespace {

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

using Check = bool (*)(std::string_view);

bool IsNumber(std::string_view id) {
  return !id.empty() && id.size() <= 18 && id.front() != '0' && std::ranges::all_of(id, IsDigit);
}

// A pattern is literal segments and checks, e.g. "workspaces", IsResourceId, ….
struct Segment {
  std::string_view literal;  // empty: a variable
  Check check = nullptr;
};

absl::Status Invalid(std::string_view text, std::string_view shape) {
  return base::Error(
      base::Reason::kInvalidArgument,
      fmt::format("\"{}\" is not a name of the form {}", text.substr(0, 300), shape));
}

absl::StatusOr<std::vector<std::string>> Match(std::string_view text, std::string_view shape,
                                               const std::vector<Segment>& pattern) {
  std::vector<std::string> values;
  std::string_view rest = text;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const std::size_t slash = rest.find('/');
    const bool last = i + 1 == pattern.size();
    if (last != (slash == std::string_view::npos)) return Invalid(text, shape);
    const std::string_view part = rest.substr(0, slash);
    if (pattern[i].check == nullptr ? part != pattern[i].literal : !pattern[i].check(part)) {
      return Invalid(text, shape);
    }
    if (pattern[i].check != nullptr) values.emplace_back(part);
    rest = last ? std::string_view() : rest.substr(slash + 1);
  }
  return values;
}

constexpr Segment kWorkspaces{"workspaces"}, kWorkspace{"", IsResourceId};
constexpr Segment kIntegrations{"integrations"}, kId{"", IsResourceId};

}  // namespace

bool IsResourceId(std::string_view id) {
  return !id.empty() && id.size() <= 63 && IsLower(id.front()) && id.back() != '-' &&
         std::ranges::all_of(id, [](char c) { return IsLower(c) || IsDigit(c) || c == '-'; });
}

namespace {
bool IsIdentifier(std::string_view text, std::size_t size_max) {
  return !text.empty() && text.size() <= size_max && IsLower(text.front()) &&
         std::ranges::all_of(text, [](char c) { return IsLower(c) || IsDigit(c) || c == '_'; });
}
}  // namespace

bool IsObjectTypeId(std::string_view id) {
  return IsIdentifier(id, 48) && !id.starts_with("syncline_");
}

bool IsFieldName(std::string_view name) {
  static constexpr auto kReserved = std::to_array<std::string_view>(
      {"object_id", "revision", "create_time", "update_time", "archive_time"});
  return IsIdentifier(name, 59) && std::ranges::find(kReserved, name) == kReserved.end();
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[i];
    if (hyphen ? c != '-' : !(IsDigit(c) || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

absl::StatusOr<WorkspaceName> WorkspaceName::Parse(std::string_view text) {
  SYNCLINE_ASSIGN_OR_RETURN(auto parts,
                            Match(text, "workspaces/{workspace}", {kWorkspaces, kWorkspace}));
  return WorkspaceName{parts[0]};
}
std::string WorkspaceName::ToString() const { return "workspaces/" + workspace; }

absl::StatusOr<CredentialName> CredentialName::Parse(std::string_view text) {
  SYNCLINE_ASSIGN_OR_RETURN(auto parts,
                            Match(text, "workspaces/{workspace}/credentials/{credential}",
                                  {kWorkspaces, kWorkspace, {"credentials"}, kId}));
  return CredentialName{parts[0], parts[1]};
}
std::string CredentialName::ToString() const {
  return fmt::format("workspaces/{}/credentials/{}", workspace, credential);
}

absl::StatusOr<IntegrationName> IntegrationName::Parse(std::string_view text) {
  SYNCLINE_ASSIGN_OR_RETURN(auto parts,
                            Match(text, "workspaces/{workspace}/integrations/{integration}",
                                  {kWorkspaces, kWorkspace, kIntegrations, kId}));
  return IntegrationName{parts[0], parts[1]};
}
std::string IntegrationName::ToString() const {
  return fmt::format("workspaces/{}/integrations/{}", workspace, integration);
}

absl::StatusOr<MappingName> MappingName::Parse(std::string_view text) {
  SYNCLINE_ASSIGN_OR_RETURN(auto parts,
                            Match(text, "workspaces/{workspace}/integrations/{integration}/mapping",
                                  {kWorkspaces, kWorkspace, kIntegrations, kId, {"mapping"}}));
  return MappingName{parts[0], parts[1]};
}
std::string MappingName::ToString() const {
  return fmt::format("workspaces/{}/integrations/{}/mapping", workspace, integration);
}

absl::StatusOr<ScheduleName> ScheduleName::Parse(std::string_view text) {
  SYNCLINE_ASSIGN_OR_RETURN(
      auto parts,
      Match(text, "workspaces/{workspace}/integrations/{integration}/schedules/{schedule}",
            {kWorkspaces, kWorkspace, kIntegrations, kId, {"schedules"}, kId}));
  return ScheduleName{parts[0], parts[1], parts[2]};
}
std::string ScheduleName::ToString() const {
  return fmt::format("workspaces/{}/integrations/{}/schedules/{}", workspace, integration,
                     schedule);
}

absl::StatusOr<RunName> RunName::Parse(std::string_view text) {
  SYNCLINE_ASSIGN_OR_RETURN(
      auto parts, Match(text, "workspaces/{workspace}/integrations/{integration}/runs/{run}",
                        {kWorkspaces, kWorkspace, kIntegrations, kId, {"runs"}, {"", IsUuid}}));
  return RunName{parts[0], parts[1], parts[2]};
}
std::string RunName::ToString() const {
  return fmt::format("workspaces/{}/integrations/{}/runs/{}", workspace, integration, run);
}

absl::StatusOr<ObjectTypeName> ObjectTypeName::Parse(std::string_view text) {
  SYNCLINE_ASSIGN_OR_RETURN(
      auto parts, Match(text, "workspaces/{workspace}/objectTypes/{object_type}",
                        {kWorkspaces, kWorkspace, {"objectTypes"}, {"", IsObjectTypeId}}));
  return ObjectTypeName{parts[0], parts[1]};
}
std::string ObjectTypeName::ToString() const {
  return fmt::format("workspaces/{}/objectTypes/{}", workspace, object_type);
}

absl::StatusOr<ObjectName> ObjectName::Parse(std::string_view text) {
  SYNCLINE_ASSIGN_OR_RETURN(
      auto parts, Match(text, "workspaces/{workspace}/objectTypes/{object_type}/objects/{object}",
                        {kWorkspaces,
                         kWorkspace,
                         {"objectTypes"},
                         {"", IsObjectTypeId},
                         {"objects"},
                         {"", IsNumber}}));
  return ObjectName{parts[0], parts[1], parts[2]};
}
std::string ObjectName::ToString() const {
  return fmt::format("workspaces/{}/objectTypes/{}/objects/{}", workspace, object_type, object);
}

absl::StatusOr<AuditEventName> AuditEventName::Parse(std::string_view text) {
  SYNCLINE_ASSIGN_OR_RETURN(auto parts,
                            Match(text, "workspaces/{workspace}/auditEvents/{audit_event}",
                                  {kWorkspaces, kWorkspace, {"auditEvents"}, {"", IsNumber}}));
  return AuditEventName{parts[0], parts[1]};
}
std::string AuditEventName::ToString() const {
  return fmt::format("workspaces/{}/auditEvents/{}", workspace, audit_event);
}

}  // namespace syncline::model
