-- One sealed known text per key id.

-- name: KeyCanaryInsert
INSERT INTO syncline.key_canary (key_id, algorithm, wrapped_key, ciphertext)
VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING;

-- name: KeyCanariesOf
-- The columns are NULL where a key has no canary.
SELECT used.key_id, canary.algorithm, canary.wrapped_key, canary.ciphertext
FROM unnest($1::text[]) AS used (key_id)
LEFT JOIN syncline.key_canary AS canary USING (key_id)
ORDER BY used.key_id;

-- name: KeyCanaryAny
SELECT EXISTS (SELECT FROM syncline.key_canary);
