#include "store/migrator.h"

#include <fmt/format.h>

#include "base/status.h"
#include "store/database.h"
#include "store/sql.h"
#include "store/workspace_schema.h"
#include "store/workspace_store.h"

namespace syncline::store {
namespace {

int LatestOf(std::span<const MigrationFile> files) {
  return files.empty() ? 0 : files.back().version;
}

absl::Status TooNew(std::string_view what, std::int64_t found, int known) {
  return base::Error(
      base::Reason::kSchemaTooNew,
      fmt::format(
          "{} has schema version {}, this build knows up to {}; start a build at least as new as "
          "the one that migrated the database",
          what, found, known),
      {{"found", std::to_string(found)}, {"known", std::to_string(known)}});
}

absl::StatusOr<std::int64_t> ReadNumber(Connection& connection, std::string_view sql) {
  SYNCLINE_ASSIGN_OR_RETURN(const Result result, connection.Execute(sql));
  return result.Int64(0, 0);
}

absl::Status EnsureDefaultWorkspace(Connection& connection) {
  return Database::RunTransactionOn(connection, [](Transaction& transaction) {
    const model::WorkspaceName name{"default"};
    const absl::Status inserted = InsertWorkspace(transaction, name, v1::Workspace()).status();
    if (!inserted.ok() && base::ReasonOf(inserted) == base::Reason::kAlreadyExists) {
      return absl::OkStatus();
    }
    SYNCLINE_RETURN_IF_ERROR(inserted);
    return CreateWorkspaceSchema(transaction, name.workspace);
  });
}

}  // namespace

Migrator::Migrator(std::string url)
    : Migrator(std::move(url), kCoreMigrations, kWorkspaceMigrations) {}

Migrator::Migrator(std::string url, std::span<const MigrationFile> core,
                   std::span<const MigrationFile> workspace)
    : url_(std::move(url)), core_(core), workspace_(workspace) {}

absl::Status Migrator::Run() const {
  SessionOptions options;
  options.application_name = "synclined/migration";
  options.lock_timeout = kLockTimeout;
  options.statement_timeout = kStatementTimeout;
  options.call_timeout = kStatementTimeout + std::chrono::seconds(10);
  SYNCLINE_ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection,
                            Connection::Open(url_, options));
  // Given back when the session ends, however this function does.
  SYNCLINE_RETURN_IF_ERROR(connection->Execute(sql::kMigrationLock).status());
  SYNCLINE_RETURN_IF_ERROR(MigrateCore(*connection));
  SYNCLINE_RETURN_IF_ERROR(MigrateWorkspaces(*connection));
  return EnsureDefaultWorkspace(*connection);
}

absl::Status Migrator::MigrateCore(Connection& connection) const {
  // Asked first, so that an up-to-date database needs no right to create anything.
  SYNCLINE_ASSIGN_OR_RETURN(const Result exists, connection.Execute(sql::kMigrationTableExists));
  if (!exists.Bool(0, 0))
    SYNCLINE_RETURN_IF_ERROR(connection.ExecuteScript(sql::kMigrationTableCreate));
  SYNCLINE_ASSIGN_OR_RETURN(const std::int64_t found,
                            ReadNumber(connection, sql::kMigrationVersion));
  if (found > LatestOf(core_)) return TooNew("the database", found, LatestOf(core_));

  // A workspace of a newer build is found before the first change.
  if (found > 0) {
    SYNCLINE_ASSIGN_OR_RETURN(const std::int64_t newest,
                              ReadNumber(connection, sql::kWorkspaceSchemaVersionMax));
    if (newest > LatestOf(workspace_)) return TooNew("a workspace", newest, LatestOf(workspace_));
  }
  for (const MigrationFile& file : core_) {
    if (file.version <= found) continue;
    const auto apply = [&file](Transaction& transaction) {
      SYNCLINE_RETURN_IF_ERROR(transaction.ExecuteScript(file.sql));
      return transaction
          .Execute(sql::kMigrationRecord, Parameters().Int64(file.version).Text(file.name))
          .status();
    };
    SYNCLINE_RETURN_IF_ERROR(Database::RunTransactionOn(connection, apply));
  }
  return absl::OkStatus();
}

absl::Status Migrator::MigrateWorkspaces(Connection& connection) const {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result behind,
      connection.Execute(sql::kWorkspacesBehind, Parameters().Int64(LatestOf(workspace_))));
  for (int row = 0; row < behind.size(); ++row) {
    for (const MigrationFile& file : workspace_) {
      if (file.version <= behind.Int64(row, 2)) continue;
      SYNCLINE_RETURN_IF_ERROR(
          Database::RunTransactionOn(connection, [&](Transaction& transaction) {
            return ApplyWorkspaceMigration(transaction, behind.Text(row, 0), behind.Text(row, 1),
                                           file.version, file.sql);
          }));
    }
  }
  return absl::OkStatus();
}

}  // namespace syncline::store
