#include "store/workspace_schema.h"

#include <fmt/format.h>

#include "base/status.h"
#include "store/migration_files.h"
#include "store/sql.h"

namespace syncline::store {
namespace {

constexpr std::string_view kPlaceholder = "{schema}";

absl::StatusOr<std::string> SchemaNameIn(Transaction& transaction, std::string_view workspace) {
  SYNCLINE_ASSIGN_OR_RETURN(const Result rows, transaction.Execute(sql::kWorkspaceSchemaName,
                                                                   Parameters().Text(workspace)));
  if (rows.empty()) {
    return base::Error(base::Reason::kNotFound,
                       fmt::format("workspaces/{} does not exist", workspace));
  }
  return std::string(rows.Text(0, 0));
}

}  // namespace

std::string QuoteIdentifier(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted.push_back('"');
    quoted.push_back(c);
  }
  quoted.push_back('"');
  return quoted;
}

std::string ExpandSchema(std::string_view sql, std::string_view schema_name) {
  const std::string quoted = QuoteIdentifier(schema_name);
  std::string expanded;
  expanded.reserve(sql.size() + 4 * quoted.size());
  for (;;) {
    const std::size_t at = sql.find(kPlaceholder);
    expanded.append(sql.substr(0, at));
    if (at == std::string_view::npos) return expanded;
    expanded.append(quoted);
    sql.remove_prefix(at + kPlaceholder.size());
  }
}

absl::Status ApplyWorkspaceMigration(Transaction& transaction, std::string_view workspace,
                                     std::string_view schema_name, int version,
                                     std::string_view sql) {
  SYNCLINE_RETURN_IF_ERROR(transaction.ExecuteScript(ExpandSchema(sql, schema_name)));
  return transaction
      .Execute(sql::kWorkspaceSetSchemaVersion, Parameters().Text(workspace).Int64(version))
      .status();
}

absl::Status CreateWorkspaceSchema(Transaction& transaction, std::string_view workspace) {
  SYNCLINE_ASSIGN_OR_RETURN(const std::string name, SchemaNameIn(transaction, workspace));
  SYNCLINE_RETURN_IF_ERROR(transaction.ExecuteScript(ExpandSchema("CREATE SCHEMA {schema}", name)));
  for (const MigrationFile& file : kWorkspaceMigrations) {
    SYNCLINE_RETURN_IF_ERROR(
        ApplyWorkspaceMigration(transaction, workspace, name, file.version, file.sql));
  }
  return absl::OkStatus();
}

absl::Status DropWorkspaceSchema(Transaction& transaction, std::string_view workspace) {
  SYNCLINE_ASSIGN_OR_RETURN(const std::string name, SchemaNameIn(transaction, workspace));
  return transaction.ExecuteScript(ExpandSchema("DROP SCHEMA {schema} CASCADE", name));
}

}  // namespace syncline::store
