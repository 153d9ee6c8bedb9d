-- The append-only log of runs.

-- name: RunEventInsert
INSERT INTO syncline.run_event (run_id, sequence, kind, payload) VALUES ($1, $2, $3, $4);

-- name: RunEventReadAfter
SELECT sequence, time, kind, payload
FROM syncline.run_event
WHERE run_id = $1 AND sequence > $2
ORDER BY sequence
LIMIT $3;

-- name: RunExists
SELECT 1 FROM syncline.run WHERE run_id = $1;

-- name: RunEventEarliest
-- The oldest event that is kept; NULL when there is none.
SELECT min(sequence) FROM syncline.run_event WHERE run_id = $1;

-- name: RunEventPoll
-- For every watched run, its next events after the last one known; for a run just added (-1), the
-- newest $3.
SELECT u.run_id, e.sequence, e.time, e.kind, e.payload
FROM unnest($1::text[]::uuid[], $2::bigint[]) AS u (run_id, last)
CROSS JOIN LATERAL (
  SELECT sequence, time, kind, payload
  FROM syncline.run_event
  WHERE run_id = u.run_id
    AND sequence > CASE WHEN u.last >= 0 THEN u.last
                        ELSE (SELECT max(sequence) FROM syncline.run_event WHERE run_id = u.run_id) - $3 END
  ORDER BY sequence
  LIMIT $3
) e
ORDER BY u.run_id, e.sequence;

-- name: RunEventNotify
SELECT pg_notify('syncline_run_event', $1);

-- name: RunEventPurgeOld
-- Progress goes first; changes of state stay as long as their run.
DELETE FROM syncline.run_event
WHERE (run_id, sequence) IN (
  SELECT run_id, sequence FROM syncline.run_event
  WHERE kind = 'page_committed' AND time < clock_timestamp() - interval '7 days'
  LIMIT $1);

-- name: RunEventPurgeLong
-- Of a run with more than $1 events, progress older than its newest $1.
DELETE FROM syncline.run_event e
USING syncline.run r
WHERE r.latest_sequence > $1 AND e.run_id = r.run_id AND e.sequence <= r.latest_sequence - $1
  AND e.kind = 'page_committed';
