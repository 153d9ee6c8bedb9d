-- Everything that grows with a workspace's data. Names start with syncline_ so that they cannot
-- collide with object types, which are tables of the same schema.

-- Ids of objects of every type; taken in blocks, so gaps are normal.
CREATE SEQUENCE {schema}.syncline_object_id AS bigint INCREMENT BY 1024 CACHE 1;
CREATE SEQUENCE {schema}.syncline_link_id AS bigint INCREMENT BY 1024 CACHE 1;

-- Which object a vendor's record is, and the hash of what was last mapped from it.
CREATE TABLE {schema}.syncline_link (
  integration_uid bigint NOT NULL,
  record_key uuid NOT NULL,                 -- 128-bit hash of the record's first non-empty sync key
  link_id bigint NOT NULL,                  -- by which a run marks the record as seen
  object_id bigint NOT NULL,
  row_hash uuid NOT NULL,                   -- 128-bit hash of the mapped row, salted with the mapping version
  PRIMARY KEY (integration_uid, record_key)
) WITH (fillfactor = 90);
CREATE INDEX syncline_link_object ON {schema}.syncline_link (object_id);

-- One row per committed page: the links it saw, as ranges, because the links of one page were made
-- together and have ids that follow each other. Dropped with the run's next successor.
CREATE TABLE {schema}.syncline_seen (
  run_id uuid NOT NULL,
  page_number bigint NOT NULL,
  link_ids int8multirange NOT NULL,
  PRIMARY KEY (run_id, page_number)
);

CREATE TABLE {schema}.syncline_reject (
  run_id uuid NOT NULL,
  reject_id bigint GENERATED ALWAYS AS IDENTITY,
  page_number bigint NOT NULL,
  record_index bigint NOT NULL,
  reason text NOT NULL,
  message text NOT NULL,
  field text NOT NULL,
  record text NOT NULL,                     -- text, not jsonb: what was rejected is kept to the byte
  record_truncated boolean NOT NULL,
  mapping_version bigint NOT NULL,
  create_time timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (run_id, reject_id)
);
