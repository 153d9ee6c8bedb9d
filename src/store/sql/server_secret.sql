-- Secrets of the server itself.

-- name: ServerSecretInsert
INSERT INTO syncline.server_secret (secret_id, algorithm, key_id, wrapped_key, ciphertext)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING;

-- name: ServerSecretFind
SELECT algorithm, key_id, wrapped_key, ciphertext
FROM syncline.server_secret
WHERE secret_id = $1;
