-- Tenants. Columns of a resource: spec, revision, create_time, update_time.

-- name: WorkspaceInsert
INSERT INTO syncline.workspace (workspace_id, schema_name, spec)
VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING
RETURNING spec, revision, create_time, update_time, schema_name;

-- name: WorkspaceFind
SELECT spec, revision, create_time, update_time, schema_name
FROM syncline.workspace
WHERE workspace_id = $1;

-- name: WorkspaceFindForUpdate
SELECT spec, revision, create_time, update_time, schema_name
FROM syncline.workspace
WHERE workspace_id = $1
FOR UPDATE;

-- name: WorkspaceList
SELECT spec, revision, create_time, update_time, schema_name, workspace_id
FROM syncline.workspace
WHERE workspace_id > $1
ORDER BY workspace_id
LIMIT $2;

-- name: WorkspaceUpdate
UPDATE syncline.workspace
SET spec = $2, revision = revision + 1, update_time = clock_timestamp()
WHERE workspace_id = $1
RETURNING spec, revision, create_time, update_time, schema_name;

-- name: WorkspaceDelete
DELETE FROM syncline.workspace WHERE workspace_id = $1;

-- name: WorkspaceContents
SELECT 'integrations/' || integration_id FROM syncline.integration WHERE workspace_id = $1
UNION ALL
SELECT 'credentials/' || credential_id FROM syncline.credential WHERE workspace_id = $1
UNION ALL
SELECT 'objectTypes/' || object_type_id FROM syncline.object_type WHERE workspace_id = $1
ORDER BY 1
LIMIT $2;
