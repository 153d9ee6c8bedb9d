-- Custom object types; the built-in ones are part of the server (store/built_in_types).
-- Columns of a resource: spec, revision, create_time, update_time.

-- name: ObjectTypeInsert
INSERT INTO syncline.object_type (workspace_id, object_type_id, spec)
VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING
RETURNING spec, revision, create_time, update_time;

-- name: ObjectTypeFind
SELECT spec, revision, create_time, update_time
FROM syncline.object_type
WHERE workspace_id = $1 AND object_type_id = $2;

-- name: ObjectTypeFindForUpdate
SELECT spec, revision, create_time, update_time
FROM syncline.object_type
WHERE workspace_id = $1 AND object_type_id = $2
FOR UPDATE;

-- name: ObjectTypeList
SELECT spec, revision, create_time, update_time, object_type_id
FROM syncline.object_type
WHERE workspace_id = $1 AND object_type_id > $2
ORDER BY object_type_id
LIMIT $3;

-- name: ObjectTypeUpdate
UPDATE syncline.object_type
SET spec = $3, revision = revision + 1, update_time = clock_timestamp()
WHERE workspace_id = $1 AND object_type_id = $2
RETURNING spec, revision, create_time, update_time;

-- name: ObjectTypeDelete
DELETE FROM syncline.object_type WHERE workspace_id = $1 AND object_type_id = $2;

-- name: ObjectTypeUsers
SELECT integration_id
FROM syncline.integration
WHERE workspace_id = $1 AND object_type_id = $2
ORDER BY integration_id
LIMIT $3;
