-- The page transaction. Statements over {schema} read and write one workspace only.

-- name: PageCommitBegin
-- Where the run stands, when a committer takes it up.
SELECT q.page_number, r.counters,
       EXISTS (SELECT 1 FROM {schema}.syncline_link WHERE integration_uid = q.integration_uid)
FROM syncline.run_queue q JOIN syncline.run r USING (run_id)
WHERE q.run_id = $1 AND q.owner = $2 AND q.epoch = $3;

-- name: PageCommitLinks
SELECT record_key, link_id, object_id, row_hash, ctid
FROM {schema}.syncline_link
WHERE integration_uid = $1 AND record_key = ANY ($2);

-- name: PageCommitLinksBetween
-- By where they stand: a TID range scan reads those blocks and nothing else.
SELECT record_key, link_id, object_id, row_hash
FROM {schema}.syncline_link
WHERE integration_uid = $1 AND ctid >= $2::tid AND ctid < $3::tid;

-- name: PageCommitFence
-- I2: the row lock keeps the run ours until the transaction ends. No row: it is another worker's.
SELECT page_number, cancel_time IS NOT NULL, next_sequence - 1
FROM syncline.run_queue
WHERE run_id = $1 AND owner = $2 AND epoch = $3
FOR NO KEY UPDATE;

-- name: PageCommitEnded
-- After a lost answer of the last page: whether it took effect.
SELECT latest_sequence FROM syncline.run WHERE run_id = $1 AND state = 'SUCCEEDED';

-- name: PageCommitIds
SELECT nextval('{schema}.syncline_object_id'), nextval('{schema}.syncline_link_id')
FROM generate_series(1, $1);

-- name: PageCommitCopyLinks
COPY {schema}.syncline_link (integration_uid, record_key, link_id, object_id, row_hash)
FROM STDIN (FORMAT binary) WHERE random() >= 0;

-- name: PageCommitUpdateLinks
UPDATE {schema}.syncline_link l
SET object_id = d.object_id, row_hash = d.row_hash
FROM unnest($2::uuid[], $3::bigint[], $4::uuid[]) AS d (record_key, object_id, row_hash)
WHERE l.integration_uid = $1 AND l.record_key = d.record_key;

-- name: PageCommitDropRejects
-- Those of an attempt that reached the limit, should the page be tried again.
DELETE FROM {schema}.syncline_reject WHERE run_id = $1 AND page_number = $2;

-- name: PageCommitCopyRejects
COPY {schema}.syncline_reject (run_id, page_number, record_index, reason, message, field, record,
                               record_truncated, mapping_version)
FROM STDIN (FORMAT binary);

-- name: PageCommitAdvance
-- Also the whole commit of a page that writes no rows: the first part is the fence then, and no row
-- comes back when the run is not ours, not at the page before, or to be cancelled. A page is
-- progress: only crashes without one between them count against the run.
WITH fenced AS (
  UPDATE syncline.run_queue
  SET page_number = $4, checkpoint = NULLIF($5::jsonb, 'null'), next_sequence = next_sequence + 1,
      last_progress_time = clock_timestamp(), crash_count = 0, request_attempt = 1
  WHERE run_id = $1 AND owner = $2 AND epoch = $3 AND page_number = $4 - 1 AND cancel_time IS NULL
  RETURNING run_id, next_sequence - 1 AS sequence
), event AS (
  INSERT INTO syncline.run_event (run_id, sequence, kind, payload)
  SELECT run_id, sequence, 'page_committed', $6 FROM fenced
), seen AS (
  INSERT INTO {schema}.syncline_seen (run_id, page_number, link_ids)
  SELECT run_id, $4, $8::text::int8multirange FROM fenced
)
UPDATE syncline.run r
SET counters = $7, latest_sequence = fenced.sequence, wait = NULL
FROM fenced
WHERE r.run_id = fenced.run_id
RETURNING fenced.sequence;

-- name: PageCommitMissing
-- Links of the integration that no page of this run saw; $3 are those of the last page.
SELECT (SELECT count(*) FROM {schema}.syncline_link WHERE integration_uid = $2)
     - COALESCE((SELECT sum(upper(r) - lower(r))
                 FROM (SELECT unnest(range_agg(link_ids)) AS r
                       FROM (SELECT link_ids FROM {schema}.syncline_seen WHERE run_id = $1
                             UNION ALL SELECT $3::text::int8multirange) pages) ranges), 0)::bigint;

-- name: PageCommitEnd
-- The last page: the run ends with it (I3: the only terminal event).
WITH fenced AS (
  DELETE FROM syncline.run_queue
  WHERE run_id = $1 AND owner = $2 AND epoch = $3 AND page_number = $4 - 1 AND cancel_time IS NULL
  RETURNING run_id, next_sequence
), event AS (
  INSERT INTO syncline.run_event (run_id, sequence, kind, payload)
  SELECT run_id, next_sequence, 'page_committed', $5::jsonb FROM fenced
  UNION ALL
  SELECT run_id, next_sequence + 1, 'ended', $6::jsonb FROM fenced
), seen AS (
  INSERT INTO {schema}.syncline_seen (run_id, page_number, link_ids)
  SELECT run_id, $4, $8::text::int8multirange FROM fenced
)
UPDATE syncline.run r
SET state = 'SUCCEEDED', verdict = $9, counters = $7, latest_sequence = fenced.next_sequence + 1,
    wait = NULL, error = $10::jsonb, end_time = clock_timestamp()
FROM fenced
WHERE r.run_id = fenced.run_id
RETURNING r.latest_sequence;

-- name: PageCommitKeepStates
-- Of partitions whose walk ended with page $2: texts $3, values $4.
INSERT INTO {schema}.syncline_state_pending (run_id, page_number, partition_key, value)
SELECT $1, $2, s.partition_key, s.value
FROM unnest($3::text[], $4::bigint[]) AS s (partition_key, value);

-- name: PageCommitStoreStates
-- The last page of a complete run $1 of integration $2: what was kept counts from now on, and $4, $5
-- with it. Of a partition that was walked in parts the newest.
INSERT INTO {schema}.syncline_state (integration_uid, partition_key, meaning, value, run_id)
SELECT $2, s.partition_key, $3, max(s.value), $1
FROM (SELECT partition_key, value FROM {schema}.syncline_state_pending WHERE run_id = $1
      UNION ALL
      SELECT * FROM unnest($4::text[], $5::bigint[])) AS s (partition_key, value)
GROUP BY s.partition_key
ON CONFLICT (integration_uid, partition_key) DO UPDATE
SET meaning = excluded.meaning, value = excluded.value, run_id = excluded.run_id,
    update_time = excluded.update_time;

-- name: PageCommitPurgeStates
-- What this run and earlier ones of the integration had kept.
DELETE FROM {schema}.syncline_state_pending p
USING syncline.run r
WHERE r.integration_uid = $1 AND r.run_id = p.run_id;

-- name: PageCommitPurgeSeen
-- What earlier runs of the integration saw.
DELETE FROM {schema}.syncline_seen s
USING syncline.run r
WHERE r.integration_uid = $2 AND r.run_id = s.run_id AND s.run_id <> $1;

-- name: PageCommitRecordVersions
INSERT INTO {schema}.syncline_record_version (integration_uid, record_hash, version_hash, record_key)
SELECT $1, d.record_hash, d.version_hash, d.record_key
FROM unnest($2::uuid[], $3::uuid[], $4::uuid[]) AS d (record_hash, version_hash, record_key)
ON CONFLICT (integration_uid, record_hash)
DO UPDATE SET version_hash = excluded.version_hash, record_key = excluded.record_key;

-- name: RecordVersionsUnchanged
-- Which of these records, from 1, are in the version in which they were written, and their links.
SELECT d.place, l.link_id
FROM unnest($2::uuid[], $3::uuid[]) WITH ORDINALITY AS d (record_hash, version_hash, place)
JOIN {schema}.syncline_record_version v
  ON v.integration_uid = $1 AND v.record_hash = d.record_hash AND v.version_hash = d.version_hash
JOIN {schema}.syncline_link l
  ON l.integration_uid = $1 AND l.record_key = v.record_key;
