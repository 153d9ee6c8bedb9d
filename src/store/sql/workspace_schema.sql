-- The schema of a workspace and its version.

-- name: WorkspaceSchemaName
SELECT schema_name FROM syncline.workspace WHERE workspace_id = $1;

-- name: WorkspaceSetSchemaVersion
UPDATE syncline.workspace SET schema_version = $2 WHERE workspace_id = $1;

-- name: WorkspaceSchemaVersionMax
SELECT coalesce(max(schema_version), 0) FROM syncline.workspace;

-- name: WorkspacesBehind
SELECT workspace_id, schema_name, schema_version
FROM syncline.workspace
WHERE schema_version < $1
ORDER BY workspace_id;
