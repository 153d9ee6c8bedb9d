#pragma once

#include <span>
#include <string>

#include "absl/status/status.h"
#include "store/connection.h"
#include "store/migration_files.h"

namespace syncline::store {

// Brings a database to the schema of this build: the central tables, then the schema of every
// workspace, then the workspace `default` if there is none. Called once at the start of a server,
// before anything else uses the database.
//
// Forward only, each migration in a transaction of its own, all under one session-level advisory
// lock: servers that start together wait for the first and then find nothing to do. A server that
// dies in the middle leaves the finished ones; the next start goes on.
class Migrator {
 public:
  // `url` as in Database::Options.
  explicit Migrator(std::string url);
  // The same with migrations of the caller's own, for tests.
  Migrator(std::string url, std::span<const MigrationFile> core,
           std::span<const MigrationFile> workspace);

  // SCHEMA_TOO_NEW when a newer build has migrated it; nothing is changed then.
  // DATABASE_UNAVAILABLE.
  absl::Status Run() const;

  static constexpr std::chrono::minutes kLockTimeout{5};  // for a start that waits for another
  static constexpr std::chrono::minutes kStatementTimeout{30};  // of one migration

 private:
  absl::Status MigrateCore(Connection& connection) const;
  absl::Status MigrateWorkspaces(Connection& connection) const;

  const std::string url_;
  const std::span<const MigrationFile> core_;
  const std::span<const MigrationFile> workspace_;
};

}  // namespace syncline::store
