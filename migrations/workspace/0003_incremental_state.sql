-- Where the next incremental run of an integration begins, a row for each partition of its list.
CREATE TABLE {schema}.syncline_state (
  integration_uid bigint NOT NULL,
  partition_key text NOT NULL,              -- '' for a list that is not split
  meaning text NOT NULL,                    -- what `value` is of; one of another meaning is as good as none
  value bigint NOT NULL,                    -- milliseconds since 1970, or a number that rises
  run_id uuid,                              -- that stored it; NULL: set by hand
  update_time timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (integration_uid, partition_key)
);

-- What a run that has not ended found out: of the partitions that it has walked, with the page that
-- ended them. Its last page moves them to where they count, should the run be complete.
CREATE TABLE {schema}.syncline_state_pending (
  run_id uuid NOT NULL,
  page_number bigint NOT NULL,
  partition_key text NOT NULL,
  value bigint NOT NULL
);
CREATE INDEX syncline_state_pending_run ON {schema}.syncline_state_pending (run_id);
