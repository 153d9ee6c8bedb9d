-- Requests of a credential as the fleet may send them (docs/rate-limits.md). One row per credential
-- that was asked with; what a worker took lies behind next_time, so a dead one leaves nothing behind.
CREATE TABLE syncline.rate_budget (
  workspace_id text NOT NULL,
  credential_id text NOT NULL,
  rate text NOT NULL DEFAULT '',             -- the limit that next_time was counted with
  next_time timestamptz NOT NULL DEFAULT clock_timestamp(),      -- the first slot that nobody took
  blocked_until timestamptz NOT NULL DEFAULT clock_timestamp(),  -- what the vendor asked for
  PRIMARY KEY (workspace_id, credential_id),
  FOREIGN KEY (workspace_id, credential_id) REFERENCES syncline.credential ON DELETE CASCADE
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

-- Who has places on the wire of a credential with a limit of them. Locked through its rate_budget row.
CREATE TABLE syncline.rate_holder (
  workspace_id text NOT NULL,
  credential_id text NOT NULL,
  holder text NOT NULL,
  worker_id uuid NOT NULL,          -- places of a worker that is gone are free
  weight integer NOT NULL,          -- integrations that it asks for
  wanted integer NOT NULL,
  in_flight integer NOT NULL,
  places integer NOT NULL,
  PRIMARY KEY (workspace_id, credential_id, holder),
  FOREIGN KEY (workspace_id, credential_id) REFERENCES syncline.rate_budget ON DELETE CASCADE
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

-- Runs that wait in the queue for their time, without a worker.
ALTER TABLE syncline.run_queue
  ADD COLUMN request_attempt integer NOT NULL DEFAULT 1,  -- the try of the page's request that comes next
  ADD COLUMN paid boolean NOT NULL DEFAULT false,         -- that request has its slot in the budget
  ADD COLUMN parked_milliseconds bigint NOT NULL DEFAULT 0;
