-- One mapping per integration; version 0 = never set.

-- name: MappingInsert
INSERT INTO syncline.mapping (workspace_id, integration_id, spec)
VALUES ($1, $2, '{}')
RETURNING spec, version, update_time;

-- name: MappingFind
SELECT spec, version, update_time
FROM syncline.mapping
WHERE workspace_id = $1 AND integration_id = $2;

-- name: MappingFindForUpdate
SELECT spec, version, update_time
FROM syncline.mapping
WHERE workspace_id = $1 AND integration_id = $2
FOR UPDATE;

-- name: MappingUpdate
UPDATE syncline.mapping
SET spec = $3, version = version + 1, update_time = clock_timestamp()
WHERE workspace_id = $1 AND integration_id = $2
RETURNING spec, version, update_time;
