-- One row per process incarnation. A row that has expired is never renewed.

-- name: WorkerRegister
INSERT INTO syncline.worker (worker_id, host, process_id, version, expire_time)
VALUES ($1, $2, $3, $4, clock_timestamp() + $5::bigint * interval '1 millisecond');

-- name: WorkerHeartbeat
-- No row: this worker is dead, for good.
UPDATE syncline.worker
SET expire_time = clock_timestamp() + $2::bigint * interval '1 millisecond'
WHERE worker_id = $1 AND expire_time > clock_timestamp();

-- name: WorkerUnregister
DELETE FROM syncline.worker WHERE worker_id = $1;

-- name: WorkerExpireAll
UPDATE syncline.worker SET expire_time = clock_timestamp() WHERE expire_time > clock_timestamp();

-- name: WorkerEndSessions
-- The cure for a process that is frozen while it holds locks: its sessions carry its worker id.
SELECT pg_terminate_backend(a.pid)
FROM pg_stat_activity a
JOIN syncline.worker w ON a.application_name = 'synclined/' || w.worker_id
WHERE w.expire_time <= clock_timestamp() AND a.datname = current_database() AND a.usename = current_user
  AND a.pid <> pg_backend_pid();

-- name: WorkerPurge
DELETE FROM syncline.worker WHERE expire_time < clock_timestamp() - interval '1 day';
