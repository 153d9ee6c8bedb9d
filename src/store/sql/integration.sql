-- Vendor lists. Columns of a resource: spec, revision, create_time, update_time.

-- name: IntegrationInsert
INSERT INTO syncline.integration (workspace_id, integration_id, object_type_id, credential_id, spec)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING
RETURNING spec, revision, create_time, update_time, integration_uid;

-- name: IntegrationFind
SELECT spec, revision, create_time, update_time, integration_uid
FROM syncline.integration
WHERE workspace_id = $1 AND integration_id = $2;

-- name: IntegrationFindForUpdate
SELECT spec, revision, create_time, update_time, integration_uid
FROM syncline.integration
WHERE workspace_id = $1 AND integration_id = $2
FOR UPDATE;

-- name: IntegrationList
SELECT spec, revision, create_time, update_time, integration_uid, integration_id
FROM syncline.integration
WHERE workspace_id = $1 AND integration_id > $2
ORDER BY integration_id
LIMIT $3;

-- name: IntegrationUpdate
UPDATE syncline.integration
SET credential_id = $3, spec = $4, revision = revision + 1, update_time = clock_timestamp()
WHERE workspace_id = $1 AND integration_id = $2
RETURNING spec, revision, create_time, update_time, integration_uid;

-- name: IntegrationDelete
DELETE FROM syncline.integration WHERE workspace_id = $1 AND integration_id = $2;

-- name: IntegrationActiveRun
SELECT run_id::text
FROM syncline.run_queue
WHERE integration_uid = $1;
