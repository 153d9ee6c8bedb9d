-- What a record with details was like when it was last written, so that a run may leave it out while it is
-- still so. Only integrations that skip unchanged records have rows. The link is found by its key: one
-- that is gone makes the record unknown again.
CREATE TABLE {schema}.syncline_record_version (
  integration_uid bigint NOT NULL,
  record_hash uuid NOT NULL,                -- 128-bit hash of the record's name and its partition
  version_hash uuid NOT NULL,               -- of what tells that it changed, salted with the definition
  record_key uuid NOT NULL,                 -- of its link
  PRIMARY KEY (integration_uid, record_hash)
) WITH (fillfactor = 90);
