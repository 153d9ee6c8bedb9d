-- When integrations run. Columns of a resource: spec, revision, create_time, update_time; then the
-- state that ticks move: paused, next_fire_time, last_fire_time, last_skip_reason, pause_reason.

-- name: ScheduleInsert
INSERT INTO syncline.schedule (workspace_id, integration_id, schedule_id, spec, next_fire_time)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING
RETURNING spec, revision, create_time, update_time, paused, next_fire_time, last_fire_time,
          last_skip_reason, pause_reason;

-- name: ScheduleFind
SELECT spec, revision, create_time, update_time, paused, next_fire_time, last_fire_time,
       last_skip_reason, pause_reason
FROM syncline.schedule
WHERE workspace_id = $1 AND integration_id = $2 AND schedule_id = $3;

-- name: ScheduleFindForUpdate
SELECT spec, revision, create_time, update_time, paused, next_fire_time, last_fire_time,
       last_skip_reason, pause_reason
FROM syncline.schedule
WHERE workspace_id = $1 AND integration_id = $2 AND schedule_id = $3
FOR UPDATE;

-- name: ScheduleList
SELECT spec, revision, create_time, update_time, paused, next_fire_time, last_fire_time,
       last_skip_reason, pause_reason, schedule_id
FROM syncline.schedule
WHERE workspace_id = $1 AND integration_id = $2 AND schedule_id > $3
ORDER BY schedule_id
LIMIT $4;

-- name: ScheduleUpdate
UPDATE syncline.schedule
SET spec = $4, paused = $5, next_fire_time = $6, pause_reason = $7,
    revision = revision + 1, update_time = clock_timestamp()
WHERE workspace_id = $1 AND integration_id = $2 AND schedule_id = $3
RETURNING spec, revision, create_time, update_time, paused, next_fire_time, last_fire_time,
          last_skip_reason, pause_reason;

-- name: ScheduleDelete
DELETE FROM syncline.schedule
WHERE workspace_id = $1 AND integration_id = $2 AND schedule_id = $3;

-- name: DatabaseTime
SELECT clock_timestamp();
