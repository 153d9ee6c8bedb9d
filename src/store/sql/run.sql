-- Runs: history, one wide row each. The queue's hot half is run_queue.sql.

-- name: RunInsert
-- No row when the tick has its run already (I4).
INSERT INTO syncline.run (run_id, workspace_id, integration_id, integration_uid, trigger, schedule_id,
                          nominal_time, state, definition, mapping_version, walks_all)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'QUEUED', $8, $9, $10)
ON CONFLICT (workspace_id, integration_id, schedule_id, nominal_time) WHERE schedule_id IS NOT NULL DO NOTHING;

-- name: RunDelete
DELETE FROM syncline.run WHERE run_id = $1;

-- name: RunStart
-- A worker took it.
UPDATE syncline.run
SET state = 'RUNNING', wait = NULL, latest_sequence = $2,
    start_time = COALESCE(start_time, clock_timestamp())
WHERE run_id = $1
RETURNING workspace_id, integration_id, counters, definition, mapping_version, start_time, walks_all;

-- name: RunRequeue
-- Handed back or rescued.
UPDATE syncline.run SET state = 'QUEUED', wait = NULL, latest_sequence = $2 WHERE run_id = $1;

-- name: RunPark
-- Handed back until its time.
UPDATE syncline.run SET state = 'QUEUED', wait = $3, latest_sequence = $2 WHERE run_id = $1;

-- name: RunSetSequence
UPDATE syncline.run SET latest_sequence = $2 WHERE run_id = $1;

-- name: RunEnd
UPDATE syncline.run
SET state = $2, verdict = $3, error = $4, wait = NULL, latest_sequence = $5, end_time = clock_timestamp()
WHERE run_id = $1
RETURNING counters;

-- name: RunPauseSchedules
-- The sign-in of the run was refused. Not where the integration or its credential was changed after the
-- run had taken it: that may be mended.
UPDATE syncline.schedule s
SET paused = true, next_fire_time = NULL, pause_reason = 'AUTH_FAILED',
    revision = s.revision + 1, update_time = clock_timestamp()
FROM syncline.run r
JOIN syncline.integration i ON i.integration_uid = r.integration_uid
LEFT JOIN syncline.credential c ON c.workspace_id = i.workspace_id AND c.credential_id = i.credential_id
WHERE r.run_id = $1 AND s.workspace_id = i.workspace_id AND s.integration_id = i.integration_id
  AND NOT s.paused AND i.update_time <= r.create_time
  AND (c.update_time IS NULL OR c.update_time <= r.start_time);

-- name: RunGet
SELECT run_id, workspace_id, integration_id, trigger, schedule_id, nominal_time, state, verdict, counters,
       error, wait, latest_sequence, mapping_version, create_time, start_time, end_time, walks_all
FROM syncline.run
WHERE workspace_id = $1 AND integration_id = $2 AND run_id = $3;

-- name: RunList
-- Run ids are UUIDs of version 7: newest first is their descending order.
SELECT run_id, workspace_id, integration_id, trigger, schedule_id, nominal_time, state, verdict, counters,
       error, wait, latest_sequence, mapping_version, create_time, start_time, end_time, walks_all
FROM syncline.run
WHERE workspace_id = $1 AND integration_id = $2 AND ($3::uuid IS NULL OR run_id < $3)
ORDER BY run_id DESC
LIMIT $4;

-- name: RunListOfWorkspace
SELECT run_id, workspace_id, integration_id, trigger, schedule_id, nominal_time, state, verdict, counters,
       error, wait, latest_sequence, mapping_version, create_time, start_time, end_time, walks_all
FROM syncline.run
WHERE workspace_id = $1 AND ($2::uuid IS NULL OR run_id < $2)
ORDER BY run_id DESC
LIMIT $3;

-- name: RunDefinitionOf
-- What a run of this integration would run with. The object type is NULL for a built-in one.
SELECT i.integration_uid, i.spec, i.object_type_id, m.spec, m.version, t.spec
FROM syncline.integration i
LEFT JOIN syncline.mapping m USING (workspace_id, integration_id)
LEFT JOIN syncline.object_type t USING (workspace_id, object_type_id)
WHERE i.workspace_id = $1 AND i.integration_id = $2;
