-- What runs sent and what came back, in the workspace's schema.

-- name: ExchangeBefore
-- What earlier owners of the run wrote.
SELECT COALESCE(max(exchange_id), 0), count(*) FILTER (WHERE failed)
FROM {schema}.syncline_exchange
WHERE run_id = $1;

-- name: ExchangeWrite
-- Under the fence: ids $4, failed $5, texts $6. One that was judged further is written again.
INSERT INTO {schema}.syncline_exchange (run_id, exchange_id, integration_uid, failed, exchange)
SELECT q.run_id, d.exchange_id, q.integration_uid, d.failed = 1, d.exchange::jsonb
FROM syncline.run_queue q
CROSS JOIN unnest($4::bigint[], $5::bigint[], $6::text[]) AS d (exchange_id, failed, exchange)
WHERE q.run_id = $1 AND q.owner = $2 AND q.epoch = $3
ON CONFLICT (run_id, exchange_id) DO UPDATE
SET failed = excluded.failed, exchange = excluded.exchange;

-- name: ExchangeTrim
-- Of run $1, what did not fail and is not among the newest $2.
DELETE FROM {schema}.syncline_exchange
WHERE run_id = $1 AND NOT failed
  AND exchange_id <= (SELECT exchange_id FROM {schema}.syncline_exchange
                      WHERE run_id = $1 ORDER BY exchange_id DESC OFFSET $2 LIMIT 1);

-- name: ExchangePurge
-- Of the runs of run $1's integration, all but the newest $2. Run ids rise with time.
DELETE FROM {schema}.syncline_exchange e
USING syncline.run r
WHERE r.run_id = $1 AND e.integration_uid = r.integration_uid
  AND e.run_id <= (SELECT run_id
                   FROM (SELECT DISTINCT run_id FROM {schema}.syncline_exchange
                         WHERE integration_uid = r.integration_uid) runs
                   ORDER BY run_id DESC OFFSET $2 LIMIT 1);

-- name: ExchangeList
SELECT exchange_id, exchange
FROM {schema}.syncline_exchange
WHERE run_id = $1 AND exchange_id > $2
ORDER BY exchange_id
LIMIT $3;

-- name: ExchangeCommitLater
-- What a crash of the database may lose of these is worth no wait for its disk.
SELECT set_config('synchronous_commit', 'off', true);
