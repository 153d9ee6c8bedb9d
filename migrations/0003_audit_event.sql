-- What happened to secrets: who keeps a credential reads it here, whoever did it. No value of a
-- secret stands in any column. Kept to the newest rows, see src/store/sql/audit_event.sql.
CREATE TABLE syncline.audit_event (
  audit_event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  workspace_id text,                -- NULL: of the server as a whole; no reference, it outlives its workspace
  event_time timestamptz NOT NULL DEFAULT clock_timestamp(),
  kind text NOT NULL,
  resource text NOT NULL,           -- name, e.g. workspaces/default/credentials/okta
  detail text NOT NULL
);
CREATE INDEX audit_event_workspace ON syncline.audit_event (workspace_id, audit_event_id);
-- A corrupt credential is met by every run: one event per resource and hour says it.
CREATE UNIQUE INDEX audit_event_corrupt ON syncline.audit_event
  (resource, date_trunc('hour', event_time AT TIME ZONE 'UTC')) WHERE kind = 'CREDENTIAL_CORRUPT';

-- Random secrets of the server that all replicas share, sealed as those of credentials are.
CREATE TABLE syncline.server_secret (
  secret_id text PRIMARY KEY,
  algorithm text NOT NULL,
  key_id text NOT NULL,
  wrapped_key bytea NOT NULL,
  ciphertext bytea NOT NULL
);
