#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "model/resource_name.h"
#include "store/database.h"
#include "store/resource_row.h"
#include "syncline/v1/workspace.pb.h"

namespace syncline::store {

// Rows of syncline.workspace. Every function works inside the caller's transaction and keeps no
// state. Messages come back with name, schema, etag and times filled in.

// "ws_" and the id with hyphens as underscores: ids have no underscores, so names cannot collide.
// Of an id that is too long for an identifier, the end is a hash.
std::string SchemaNameOf(std::string_view workspace);

// The row alone; the caller makes the schema in the same transaction. ALREADY_EXISTS.
absl::StatusOr<v1::Workspace> InsertWorkspace(Transaction& transaction,
                                              const model::WorkspaceName& name,
                                              const v1::Workspace& workspace);
absl::StatusOr<v1::Workspace> FindWorkspace(Transaction& transaction,
                                            const model::WorkspaceName& name,
                                            Lock lock = Lock::kNone);
// Up to `limit`, in order of id, after `after_id` ("" = from the start).
absl::StatusOr<std::vector<v1::Workspace>> ListWorkspaces(Transaction& transaction,
                                                          std::string_view after_id,
                                                          std::int64_t limit);
// NOT_FOUND. The caller compared the etag under Lock::kForUpdate.
absl::StatusOr<v1::Workspace> UpdateWorkspace(Transaction& transaction,
                                              const model::WorkspaceName& name,
                                              const v1::Workspace& workspace);
// The row alone; the caller drops the schema in the same transaction. NOT_FOUND.
absl::Status DeleteWorkspace(Transaction& transaction, const model::WorkspaceName& name);
// Names, relative to the workspace, of up to `limit` resources in it.
absl::StatusOr<std::vector<std::string>> WorkspaceContents(Transaction& transaction,
                                                           const model::WorkspaceName& name,
                                                           std::int64_t limit);

}  // namespace syncline::store
