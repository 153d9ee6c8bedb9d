#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "store/database.h"

namespace syncline::store {

// A workspace's tables live in a schema of its own; its name is in syncline.workspace.schema_name.

// `"name"` with quotes inside doubled; every identifier in SQL text goes through here.
std::string QuoteIdentifier(std::string_view name);

// Puts the quoted schema in place of every {schema}. The text of a statement differs per workspace,
// so each connection prepares it once per workspace that it serves.
std::string ExpandSchema(std::string_view sql, std::string_view schema_name);

// Makes the schema of a workspace whose row was inserted in this transaction, with every table of
// this build's migrations.
absl::Status CreateWorkspaceSchema(Transaction& transaction, std::string_view workspace);

// Drops the schema with everything in it.
absl::Status DropWorkspaceSchema(Transaction& transaction, std::string_view workspace);

// One workspace migration in the caller's transaction; the workspace then has schema `version`.
absl::Status ApplyWorkspaceMigration(Transaction& transaction, std::string_view workspace,
                                     std::string_view schema_name, int version,
                                     std::string_view sql);

}  // namespace syncline::store
