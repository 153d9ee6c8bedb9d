-- Records that could not be mapped or written, in the workspace's schema.

-- name: RejectList
SELECT reject_id, page_number, record_index, reason, message, field, record, record_truncated,
       mapping_version, create_time
FROM {schema}.syncline_reject
WHERE run_id = $1 AND reject_id > $2
ORDER BY reject_id
LIMIT $3;
