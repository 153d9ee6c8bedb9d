-- States of incremental runs; what a run stores itself is in page_commit.sql. $1 is the integration,
-- $2 the meaning.

-- name: IncrementalStateFind
SELECT value FROM {schema}.syncline_state
WHERE integration_uid = $1 AND meaning = $2 AND partition_key = $3;

-- name: IncrementalStateList
-- In order of partition, after $3 (NULL = from the first).
SELECT partition_key, value, run_id, update_time
FROM {schema}.syncline_state
WHERE integration_uid = $1 AND meaning = $2 AND ($3::text IS NULL OR partition_key > $3)
ORDER BY partition_key
LIMIT $4;

-- name: IncrementalStateGet
SELECT partition_key, value, run_id, update_time
FROM {schema}.syncline_state
WHERE integration_uid = $1 AND meaning = $2 AND partition_key = $3;

-- name: IncrementalStateSet
INSERT INTO {schema}.syncline_state (integration_uid, meaning, partition_key, value)
VALUES ($1, $2, $3, $4)
ON CONFLICT (integration_uid, partition_key) DO UPDATE
SET meaning = excluded.meaning, value = excluded.value, run_id = NULL,
    update_time = excluded.update_time
RETURNING partition_key, value, run_id, update_time;

-- name: IncrementalStateReset
-- Of partition $2, or of all of them with NULL. What has another meaning goes, too.
DELETE FROM {schema}.syncline_state
WHERE integration_uid = $1 AND ($2::text IS NULL OR partition_key = $2);
