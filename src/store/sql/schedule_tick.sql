-- Turning due schedules into runs. The row lock is for speed, the unique keys are the proof (I4).

-- name: ScheduleTickDue
-- The schedule that is due longest and that no other replica is judging.
SELECT workspace_id, integration_id, schedule_id, spec, next_fire_time, clock_timestamp()
FROM syncline.schedule
WHERE next_fire_time <= statement_timestamp() AND NOT paused  -- stable, so the index serves it
ORDER BY next_fire_time
LIMIT 1
FOR UPDATE SKIP LOCKED;

-- name: ScheduleTickSkip
INSERT INTO syncline.schedule_skip (workspace_id, integration_id, schedule_id, nominal_time, reason)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING;

-- name: ScheduleTickAdvance
UPDATE syncline.schedule
SET next_fire_time = $4, last_fire_time = $5, last_skip_reason = $6
WHERE workspace_id = $1 AND integration_id = $2 AND schedule_id = $3;

-- name: ScheduleTickPurge
-- Skips are kept for 90 days.
DELETE FROM syncline.schedule_skip WHERE nominal_time < clock_timestamp() - interval '90 days';
