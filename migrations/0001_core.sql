-- Central tables: definitions, queue, workers, schedules, runs, events. They stay small; what grows
-- with a workspace's data lives in the workspace's own schema (migrations/workspace).
-- Definitions are stored as the proto JSON of their message in `spec`, beside the few columns that
-- are queried. `revision` is the etag's source.

CREATE TABLE syncline.workspace (
  workspace_id text PRIMARY KEY,
  schema_name text NOT NULL UNIQUE,
  schema_version integer NOT NULL DEFAULT 0,
  spec jsonb NOT NULL,
  revision bigint NOT NULL DEFAULT 1,
  create_time timestamptz NOT NULL DEFAULT clock_timestamp(),
  update_time timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE syncline.credential (
  workspace_id text NOT NULL REFERENCES syncline.workspace ON DELETE CASCADE,
  credential_id text NOT NULL,
  spec jsonb NOT NULL,              -- without secret parts
  secret_version bigint NOT NULL DEFAULT 0,
  revision bigint NOT NULL DEFAULT 1,
  create_time timestamptz NOT NULL DEFAULT clock_timestamp(),
  update_time timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (workspace_id, credential_id)
);

-- One row per secret field of the current version; replaced as a whole when secrets change.
CREATE TABLE syncline.credential_secret (
  workspace_id text NOT NULL,
  credential_id text NOT NULL,
  field text NOT NULL,              -- path in the proto, e.g. "basic.password"
  version bigint NOT NULL,
  algorithm text NOT NULL,
  key_id text NOT NULL,
  wrapped_key bytea NOT NULL,
  ciphertext bytea NOT NULL,
  PRIMARY KEY (workspace_id, credential_id, field),
  FOREIGN KEY (workspace_id, credential_id) REFERENCES syncline.credential ON DELETE CASCADE
);

CREATE TABLE syncline.object_type (
  workspace_id text NOT NULL REFERENCES syncline.workspace ON DELETE CASCADE,
  -- Custom types only; the built-in ones are part of the server. In byte order, so that a list can
  -- merge both without asking for the collation of the database.
  object_type_id text COLLATE "C" NOT NULL,
  spec jsonb NOT NULL,
  revision bigint NOT NULL DEFAULT 1,
  create_time timestamptz NOT NULL DEFAULT clock_timestamp(),
  update_time timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (workspace_id, object_type_id)
);

CREATE TABLE syncline.integration (
  integration_uid bigint GENERATED ALWAYS AS IDENTITY UNIQUE,  -- short key of links; never reused
  workspace_id text NOT NULL REFERENCES syncline.workspace ON DELETE CASCADE,
  integration_id text NOT NULL,
  object_type_id text NOT NULL,
  credential_id text,
  spec jsonb NOT NULL,
  revision bigint NOT NULL DEFAULT 1,
  create_time timestamptz NOT NULL DEFAULT clock_timestamp(),
  update_time timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (workspace_id, integration_id),
  FOREIGN KEY (workspace_id, credential_id) REFERENCES syncline.credential
);
CREATE INDEX integration_credential ON syncline.integration (workspace_id, credential_id);
CREATE INDEX integration_object_type ON syncline.integration (workspace_id, object_type_id);

CREATE TABLE syncline.mapping (
  workspace_id text NOT NULL,
  integration_id text NOT NULL,
  spec jsonb NOT NULL,
  version bigint NOT NULL DEFAULT 0,  -- 0: never set; also the etag's source
  update_time timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (workspace_id, integration_id),
  FOREIGN KEY (workspace_id, integration_id) REFERENCES syncline.integration ON DELETE CASCADE
);

CREATE TABLE syncline.schedule (
  workspace_id text NOT NULL,
  integration_id text NOT NULL,
  schedule_id text NOT NULL,
  spec jsonb NOT NULL,
  paused boolean NOT NULL DEFAULT false,
  next_fire_time timestamptz,       -- NULL while paused
  last_fire_time timestamptz,
  last_skip_reason text NOT NULL DEFAULT '',
  revision bigint NOT NULL DEFAULT 1,
  create_time timestamptz NOT NULL DEFAULT clock_timestamp(),
  update_time timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (workspace_id, integration_id, schedule_id),
  FOREIGN KEY (workspace_id, integration_id) REFERENCES syncline.integration ON DELETE CASCADE
);
CREATE INDEX schedule_due ON syncline.schedule (next_fire_time) WHERE next_fire_time IS NOT NULL;

-- I4: a tick that yielded no run is recorded; the primary key is the proof that it was judged once.
CREATE TABLE syncline.schedule_skip (
  workspace_id text NOT NULL,
  integration_id text NOT NULL,
  schedule_id text NOT NULL,
  nominal_time timestamptz NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (workspace_id, integration_id, schedule_id, nominal_time),
  FOREIGN KEY (workspace_id, integration_id, schedule_id) REFERENCES syncline.schedule ON DELETE CASCADE
);

-- One row per process incarnation. An expired row can never be renewed, so death is irrevocable.
CREATE TABLE syncline.worker (
  worker_id uuid PRIMARY KEY,
  host text NOT NULL,
  process_id bigint NOT NULL,
  version text NOT NULL,
  start_time timestamptz NOT NULL DEFAULT clock_timestamp(),
  expire_time timestamptz NOT NULL
);

-- History: one wide row per run.
CREATE TABLE syncline.run (
  run_id uuid PRIMARY KEY,
  workspace_id text NOT NULL REFERENCES syncline.workspace ON DELETE CASCADE,
  integration_id text NOT NULL,
  integration_uid bigint NOT NULL,
  trigger text NOT NULL CHECK (trigger IN ('MANUAL', 'SCHEDULE')),
  schedule_id text,
  nominal_time timestamptz,
  state text NOT NULL CHECK (state IN ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
  verdict text NOT NULL DEFAULT '',
  counters jsonb NOT NULL DEFAULT '{}',   -- proto JSON of RunCounters
  error jsonb,                            -- proto JSON of RunError
  wait jsonb,                             -- proto JSON of RunWait
  -- What it runs with, taken when it was queued: {"integration":…, "mapping":…, "object_type":…} in proto JSON.
  definition jsonb NOT NULL,
  mapping_version bigint NOT NULL,
  latest_sequence bigint NOT NULL DEFAULT 0,
  create_time timestamptz NOT NULL DEFAULT clock_timestamp(),
  start_time timestamptz,
  end_time timestamptz
);
CREATE INDEX run_of_integration ON syncline.run (workspace_id, integration_id, run_id);
CREATE INDEX run_of_workspace ON syncline.run (workspace_id, run_id);
-- I4: one run per tick.
CREATE UNIQUE INDEX run_of_tick ON syncline.run (workspace_id, integration_id, schedule_id, nominal_time)
  WHERE schedule_id IS NOT NULL;

-- Hot and small: only runs that have not ended; deleted in the transaction that ends the run.
CREATE TABLE syncline.run_queue (
  run_id uuid PRIMARY KEY REFERENCES syncline.run ON DELETE CASCADE,
  integration_uid bigint NOT NULL UNIQUE,   -- one run at a time per integration
  state text NOT NULL CHECK (state IN ('QUEUED', 'RUNNING')),
  priority integer NOT NULL DEFAULT 0,
  run_after timestamptz NOT NULL DEFAULT clock_timestamp(),
  epoch bigint NOT NULL DEFAULT 0,          -- the fence: rises with every change of owner
  owner uuid,
  attempt integer NOT NULL DEFAULT 0,
  crash_count integer NOT NULL DEFAULT 0,
  page_number bigint NOT NULL DEFAULT 0,    -- pages committed
  checkpoint jsonb,                         -- how to ask for the next page; NULL at the start
  next_sequence bigint NOT NULL DEFAULT 1,
  cancel_time timestamptz,
  last_progress_time timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK ((state = 'RUNNING') = (owner IS NOT NULL))
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
CREATE INDEX run_queue_ready ON syncline.run_queue (priority DESC, run_after, run_id) WHERE state = 'QUEUED';
CREATE INDEX run_queue_owner ON syncline.run_queue (owner) WHERE state = 'RUNNING';

CREATE TABLE syncline.run_event (
  run_id uuid NOT NULL REFERENCES syncline.run ON DELETE CASCADE,
  sequence bigint NOT NULL,
  time timestamptz NOT NULL DEFAULT clock_timestamp(),
  kind text NOT NULL,                       -- the arm of RunEvent.kind, e.g. "page_committed"
  payload jsonb NOT NULL,                   -- proto JSON of that arm
  PRIMARY KEY (run_id, sequence)
);

-- Answers of mutations by request_id, written in the transaction of the change, kept for 24 hours.
CREATE TABLE syncline.request_log (
  workspace_id text NOT NULL,
  request_id uuid NOT NULL,
  method text NOT NULL,
  request_hash uuid NOT NULL,
  response bytea NOT NULL,                  -- the serialized answer; never holds a secret
  create_time timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (workspace_id, request_id)
);
CREATE INDEX request_log_age ON syncline.request_log (create_time);

-- Key checks: one sealed known text per key id, so that a wrong keyring is found at start.
CREATE TABLE syncline.key_canary (
  key_id text PRIMARY KEY,
  algorithm text NOT NULL,
  wrapped_key bytea NOT NULL,
  ciphertext bytea NOT NULL
);
