#include "store/workspace_store.h"

#include <algorithm>

#include "base/hash.h"
#include "store/sql.h"

namespace syncline::store {
namespace {

constexpr std::size_t kIdentifierBytesMax = 63;  // PostgreSQL's NAMEDATALEN - 1

std::string SpecOf(v1::Workspace workspace) {
  workspace.clear_schema();
  return SpecJson(std::move(workspace));
}

absl::StatusOr<v1::Workspace> Read(const Result& result, int row,
                                   const model::WorkspaceName& name) {
  SYNCLINE_ASSIGN_OR_RETURN(v1::Workspace workspace,
                            ReadResource<v1::Workspace>(result, row, name.ToString()));
  workspace.set_schema(std::string(result.Text(row, 4)));
  return workspace;
}

}  // namespace

std::string SchemaNameOf(std::string_view workspace) {
  std::string name = fmt::format("ws_{}", workspace);
  std::ranges::replace(name, '-', '_');
  if (name.size() <= kIdentifierBytesMax) return name;
  // PostgreSQL would cut it silently, and two long ids could become one.
  const base::Hash128 hash = base::HashBytes(workspace);
  return fmt::format("{}_{:016x}", name.substr(0, kIdentifierBytesMax - 17), hash.high);
}

absl::StatusOr<v1::Workspace> InsertWorkspace(Transaction& transaction,
                                              const model::WorkspaceName& name,
                                              const v1::Workspace& workspace) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kWorkspaceInsert, Parameters()
                                                     .Text(name.workspace)
                                                     .Text(SchemaNameOf(name.workspace))
                                                     .Json(SpecOf(workspace))));
  if (rows.empty()) return AlreadyExists(name.ToString());
  return Read(rows, 0, name);
}

absl::StatusOr<v1::Workspace> FindWorkspace(Transaction& transaction,
                                            const model::WorkspaceName& name, Lock lock) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows, transaction.Execute(lock == Lock::kForUpdate ? sql::kWorkspaceFindForUpdate
                                                                      : sql::kWorkspaceFind,
                                             Parameters().Text(name.workspace)));
  if (rows.empty()) return NotFound(name.ToString());
  return Read(rows, 0, name);
}

absl::StatusOr<std::vector<v1::Workspace>> ListWorkspaces(Transaction& transaction,
                                                          std::string_view after_id,
                                                          std::int64_t limit) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kWorkspaceList, Parameters().Text(after_id).Int64(limit)));
  std::vector<v1::Workspace> workspaces;
  for (int row = 0; row < rows.size(); ++row) {
    const model::WorkspaceName name{std::string(rows.Text(row, 5))};
    SYNCLINE_ASSIGN_OR_RETURN(workspaces.emplace_back(), Read(rows, row, name));
  }
  return workspaces;
}

absl::StatusOr<v1::Workspace> UpdateWorkspace(Transaction& transaction,
                                              const model::WorkspaceName& name,
                                              const v1::Workspace& workspace) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kWorkspaceUpdate,
                          Parameters().Text(name.workspace).Json(SpecOf(workspace))));
  if (rows.empty()) return NotFound(name.ToString());
  return Read(rows, 0, name);
}

absl::Status DeleteWorkspace(Transaction& transaction, const model::WorkspaceName& name) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kWorkspaceDelete, Parameters().Text(name.workspace)));
  return rows.affected() == 0 ? NotFound(name.ToString()) : absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> WorkspaceContents(Transaction& transaction,
                                                           const model::WorkspaceName& name,
                                                           std::int64_t limit) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kWorkspaceContents, Parameters().Text(name.workspace).Int64(limit)));
  std::vector<std::string> names;
  for (int row = 0; row < rows.size(); ++row) names.emplace_back(rows.Text(row, 0));
  return names;
}

}  // namespace syncline::store
