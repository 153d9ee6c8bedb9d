-- The queue. Every write by a worker is fenced by (run_id, owner, epoch); the database's clock decides.

-- name: RunQueueInsert
-- No row while the integration has a run that has not ended. Event 1 is written by the same transaction.
INSERT INTO syncline.run_queue (run_id, integration_uid, state, next_sequence)
VALUES ($1, $2, 'QUEUED', 2)
ON CONFLICT (integration_uid) DO NOTHING;

-- name: RunQueueActiveOf
SELECT r.workspace_id, r.integration_id, r.run_id
FROM syncline.run_queue q JOIN syncline.run r USING (run_id)
WHERE q.integration_uid = $1;

-- name: RunQueueClaim
-- MATERIALIZED: inlined, the planner may lock and update more rows than LIMIT says. Only a worker
-- whose own row is alive may own a run. A slot in the rate budget that was paid for holds for a minute.
WITH due AS MATERIALIZED (
  SELECT q.run_id, q.paid AND q.run_after > clock_timestamp() - interval '1 minute' AS paid
  FROM syncline.run_queue q
  WHERE q.state = 'QUEUED' AND q.run_after <= clock_timestamp()
    AND EXISTS (SELECT 1 FROM syncline.worker w WHERE w.worker_id = $1 AND w.expire_time > clock_timestamp())
  ORDER BY q.priority DESC, q.run_after, q.run_id
  LIMIT $2
  FOR UPDATE OF q SKIP LOCKED
)
UPDATE syncline.run_queue q
SET state = 'RUNNING', owner = $1, epoch = q.epoch + 1, attempt = q.attempt + 1,
    next_sequence = q.next_sequence + 1, last_progress_time = clock_timestamp(), paid = false
FROM due
WHERE q.run_id = due.run_id
RETURNING q.run_id, q.integration_uid, q.epoch, q.attempt, q.page_number, q.checkpoint,
          q.next_sequence - 1, q.cancel_time IS NOT NULL, q.request_attempt, due.paid,
          q.parked_milliseconds;

-- name: RunQueueAppend
-- One event under the fence; $6 replaces run.wait unless it is NULL. No row when fenced.
WITH fenced AS (
  UPDATE syncline.run_queue
  SET next_sequence = next_sequence + 1, last_progress_time = clock_timestamp()
  WHERE run_id = $1 AND owner = $2 AND epoch = $3
  RETURNING run_id, next_sequence - 1 AS sequence
), event AS (
  INSERT INTO syncline.run_event (run_id, sequence, kind, payload)
  SELECT run_id, sequence, $4, $5 FROM fenced
)
UPDATE syncline.run r
SET latest_sequence = fenced.sequence, wait = COALESCE($6, r.wait)
FROM fenced
WHERE r.run_id = fenced.run_id
RETURNING fenced.sequence;

-- name: RunQueueRemove
-- The run ends under the fence; answers the number of its terminal event.
DELETE FROM syncline.run_queue WHERE run_id = $1 AND owner = $2 AND epoch = $3 RETURNING next_sequence;

-- name: RunQueueRelease
-- $4: after trouble. Then the run rests, longer with every attempt and at most 30 s, so that it does
-- not come and go as fast as a database refuses sessions.
UPDATE syncline.run_queue
SET state = 'QUEUED', owner = NULL, epoch = epoch + 1, next_sequence = next_sequence + 1,
    run_after = clock_timestamp() + CASE WHEN $4::bigint = 0 THEN interval '0' ELSE
      least(30000, 500 * 2 ^ least(attempt, 7)) * (0.5 + random() / 2) * interval '1 millisecond' END
WHERE run_id = $1 AND owner = $2 AND epoch = $3
RETURNING next_sequence - 1;

-- name: RunQueuePark
-- Until $4 ms from now, at once when it is to be cancelled; nothing failed, so the claim that follows
-- is the same attempt.
UPDATE syncline.run_queue
SET state = 'QUEUED', owner = NULL, epoch = epoch + 1, attempt = attempt - 1,
    next_sequence = next_sequence + 1, request_attempt = $5::bigint, paid = $6,
    parked_milliseconds = parked_milliseconds +
      CASE WHEN cancel_time IS NULL THEN $4::bigint ELSE 0 END,
    run_after = clock_timestamp() +
      CASE WHEN cancel_time IS NULL THEN $4::bigint ELSE 0 END * interval '1 millisecond'
WHERE run_id = $1 AND owner = $2 AND epoch = $3
RETURNING next_sequence - 1, run_after;

-- name: RunQueueInterrupts
-- Of the runs ($2 with epochs $3) of worker $1: those no longer its own, and those to be cancelled.
SELECT u.run_id, q.run_id IS NULL
FROM unnest($2::text[]::uuid[], $3::bigint[]) AS u (run_id, epoch)
LEFT JOIN syncline.run_queue q ON q.run_id = u.run_id AND q.owner = $1 AND q.epoch = u.epoch
WHERE q.run_id IS NULL OR q.cancel_time IS NOT NULL;

-- name: RunQueueLock
SELECT state FROM syncline.run_queue WHERE run_id = $1 FOR UPDATE;

-- name: RunQueueCancelWithJob
-- After RunQueueLock, of a run that no worker has. One that may have left an export at its vendor is
-- due at once: whoever claims it ends it and cleans up. No row when there is nothing to clean up.
UPDATE syncline.run_queue q
SET cancel_time = COALESCE(q.cancel_time, clock_timestamp()), run_after = clock_timestamp()
FROM syncline.run r
WHERE q.run_id = $1 AND r.run_id = q.run_id AND q.checkpoint IS NOT NULL
  AND r.definition -> 'integration' -> 'exportJob' ? 'cleanUp'
RETURNING 1;

-- name: RunQueueRemoveLocked
-- After RunQueueLock or RunQueueRescue, whose row lock is the fence.
DELETE FROM syncline.run_queue WHERE run_id = $1 RETURNING next_sequence;

-- name: RunQueueSetCancel
UPDATE syncline.run_queue SET cancel_time = COALESCE(cancel_time, clock_timestamp()) WHERE run_id = $1;

-- name: RunQueueRescue
-- Takes runs from workers that are gone, $2 at most. One statement checks and takes, so a run that
-- ended or was claimed anew meanwhile is left alone; the raised epoch fences the old owner. Waits
-- $1 ms * 2^crashes before the next worker may try.
WITH lost AS MATERIALIZED (
  SELECT q.run_id
  FROM syncline.run_queue q
  WHERE q.state = 'RUNNING'
    AND NOT EXISTS (SELECT 1 FROM syncline.worker w WHERE w.worker_id = q.owner AND w.expire_time > clock_timestamp())
  ORDER BY q.run_id
  LIMIT $2
  FOR UPDATE OF q SKIP LOCKED
)
UPDATE syncline.run_queue q
SET state = 'QUEUED', owner = NULL, epoch = q.epoch + 1, crash_count = q.crash_count + 1,
    run_after = clock_timestamp() + $1::bigint * power(2, LEAST(q.crash_count, 10)) * interval '1 millisecond'
FROM lost
WHERE q.run_id = lost.run_id
RETURNING q.run_id, q.crash_count, q.cancel_time IS NOT NULL;

-- name: RunQueueTakeSequence
-- After RunQueueRescue, whose row lock is the fence.
UPDATE syncline.run_queue SET next_sequence = next_sequence + 1 WHERE run_id = $1 RETURNING next_sequence - 1;
