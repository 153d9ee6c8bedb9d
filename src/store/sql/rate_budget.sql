-- Budgets of requests. The database's clock decides; everything happens under the lock of the row.

-- name: RateBudgetEnsure
-- No row for a credential that is gone.
INSERT INTO syncline.rate_budget (workspace_id, credential_id)
SELECT workspace_id, credential_id FROM syncline.credential WHERE workspace_id = $1 AND credential_id = $2
ON CONFLICT DO NOTHING;

-- name: RateBudgetLock
SELECT rate, next_time, blocked_until, clock_timestamp()
FROM syncline.rate_budget
WHERE workspace_id = $1 AND credential_id = $2
FOR UPDATE;

-- name: RateBudgetUpdate
UPDATE syncline.rate_budget SET rate = $3, next_time = $4 WHERE workspace_id = $1 AND credential_id = $2;

-- name: RateBudgetBlock
UPDATE syncline.rate_budget
SET blocked_until = GREATEST(blocked_until, clock_timestamp() + $3::bigint * interval '1 millisecond')
WHERE workspace_id = $1 AND credential_id = $2;

-- name: RateHolderDropDead
DELETE FROM syncline.rate_holder h
WHERE h.workspace_id = $1 AND h.credential_id = $2
  AND NOT EXISTS (SELECT FROM syncline.worker w
                  WHERE w.worker_id = h.worker_id AND w.expire_time > clock_timestamp());

-- name: RateHolderList
SELECT holder, weight, wanted, in_flight, places
FROM syncline.rate_holder
WHERE workspace_id = $1 AND credential_id = $2
ORDER BY holder;

-- name: RateHolderPut
INSERT INTO syncline.rate_holder (workspace_id, credential_id, holder, worker_id, weight, wanted, in_flight, places)
VALUES ($1, $2, $3, $4, $5::bigint, $6::bigint, $7::bigint, $8::bigint)
ON CONFLICT (workspace_id, credential_id, holder) DO UPDATE
SET weight = EXCLUDED.weight, wanted = EXCLUDED.wanted, in_flight = EXCLUDED.in_flight, places = EXCLUDED.places;

-- name: RateHolderDrop
DELETE FROM syncline.rate_holder WHERE workspace_id = $1 AND credential_id = $2 AND holder = $3;
