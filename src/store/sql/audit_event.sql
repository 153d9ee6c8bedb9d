-- What happened to secrets.

-- name: AuditEventInsert
-- The newest 100,000 stay: the primary key makes that a look at one end of an index. A second
-- CREDENTIAL_CORRUPT of a resource within the hour is dropped before it takes a number.
WITH inserted AS (
  INSERT INTO syncline.audit_event (workspace_id, kind, resource, detail)
  SELECT $1, $2, $3, $4
  WHERE $2 <> 'CREDENTIAL_CORRUPT' OR NOT EXISTS (
    SELECT FROM syncline.audit_event
    WHERE kind = 'CREDENTIAL_CORRUPT' AND resource = $3
      AND date_trunc('hour', event_time AT TIME ZONE 'UTC')
        = date_trunc('hour', clock_timestamp() AT TIME ZONE 'UTC'))
  ON CONFLICT DO NOTHING
  RETURNING audit_event_id),
dropped AS (
  DELETE FROM syncline.audit_event
  WHERE audit_event_id <= (SELECT audit_event_id FROM inserted) - $5::bigint)
SELECT audit_event_id FROM inserted;

-- name: AuditEventList
-- Newest first; those of the server stand among those of every workspace.
SELECT audit_event_id, event_time, kind, resource, detail
FROM syncline.audit_event
WHERE (workspace_id = $1 OR workspace_id IS NULL) AND audit_event_id < $2
ORDER BY audit_event_id DESC
LIMIT $3;

-- name: AuditEventFind
SELECT audit_event_id, event_time, kind, resource, detail
FROM syncline.audit_event
WHERE (workspace_id = $1 OR workspace_id IS NULL) AND audit_event_id = $2;
