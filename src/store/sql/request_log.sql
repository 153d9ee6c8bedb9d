-- Answers of mutations by request_id.

-- name: RequestLogFind
SELECT method, request_hash, response
FROM syncline.request_log
WHERE workspace_id = $1 AND request_id = $2;

-- name: RequestLogInsert
INSERT INTO syncline.request_log (workspace_id, request_id, method, request_hash, response)
VALUES ($1, $2, $3, $4, $5);

-- name: RequestLogPurge
DELETE FROM syncline.request_log WHERE create_time < clock_timestamp() - interval '24 hours';
